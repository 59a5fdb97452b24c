#pragma once

#include "known_host.hpp"

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace gnutella::overlay {

/// Where other peers listen: those that this node has connected to first, then those only heard of; in each part the
/// latest first. Bounded: what others tell, of themselves or of third parties, never drives out a host that was
/// reached.
class HostCache {
  public:
    explicit HostCache(std::size_t max_hosts) : max_hosts_(max_hosts) {}

    /// A session that this node opened, in that dialect, led to a peer that listens there.
    void reached(const Endpoint& host, std::optional<Dialect> dialect = {});
    /// Somebody says that a peer listens there. What is known already stays as it is.
    void heard_of(const Endpoint& host, std::optional<Dialect> dialect = {});
    /// It could not be reached: it goes to the end.
    void failed(const Endpoint& host);
    /// That is this very node: forgotten, and not taken again.
    void is_self(const Endpoint& host);

    /// nullopt when the host is not known, or none of its dialects.
    std::optional<Dialect> dialect_of(const Endpoint& host) const;

    /// Calls `visit(const KnownHost&)` from the best to the worst, until it returns false.
    template <class Visit>
    void visit(Visit&& visitor) const {
        for (const std::list<KnownHost>* part : {&reached_, &heard_of_}) {
            for (const KnownHost& host : *part) {
                if (!visitor(host)) {
                    return;
                }
            }
        }
    }
    std::vector<KnownHost> all() const;
    std::size_t size() const { return places_.size(); }
    /// How many hosts were forgotten, or not taken, because there was no room.
    std::uint64_t forgotten() const { return forgotten_; }

  private:
    struct Hash {
        std::size_t operator()(const Endpoint& host) const noexcept {
            return std::hash<std::string>{}(host.host) * 31 + host.port;
        }
    };
    struct Place {
        std::list<KnownHost>* part = nullptr;
        std::list<KnownHost>::iterator position;
    };

    bool acceptable(const Endpoint& host) const;
    void put_first(std::list<KnownHost>& part, const KnownHost& host);
    void drop_the_worst();

    std::size_t max_hosts_;
    std::list<KnownHost> reached_;
    std::list<KnownHost> heard_of_;
    std::unordered_map<Endpoint, Place, Hash> places_;
    std::deque<Endpoint> own_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace gnutella::overlay
