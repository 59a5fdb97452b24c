#pragma once

#include "overlay/host_cache.hpp"
#include "overlay/library.hpp"
#include "overlay/neighbour.hpp"
#include "overlay/router.hpp"
#include "wire/frame.hpp"
#include "wire/gnutella/packed_hosts.hpp"
#include "wire/message.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/settings.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// Why we say BYE; the numbers are HTTP's, as in Gnutella 0.6's BYE.
enum class ByeCode : std::uint16_t {
    leaving = 200,
    bad_message = 400,
    timed_out = 408,
    already_connected = 409,
    queue_overflow = 502,
    too_many_sessions = 503,
    connected_to_self = 508,
};

/// The messages that this node writes itself, and how it names itself in them.
class OwnMessages {
  public:
    /// @param settings must outlive this.
    OwnMessages(const Settings& settings, Guid identity, std::uint16_t port)
        : settings_(settings), identity_(identity), port_(port) {}

    /// The key by which files can be had from us over QUIC; without it hits do not offer that.
    void show_key(const KeyHash& key) { key_ = key; }

    /// The host that a neighbour is told.
    std::string_view host_for(const Neighbour& neighbour) const;

    /// What a legacy peer would not read is left out of what only it gets.
    wire::Frame ping(const Neighbour& to, const Guid& id) const;
    wire::Frame pong(const Neighbour& to, std::string_view id, const Library& library, const HostCache& hosts) const;
    wire::Frame bye(const Neighbour& to, ByeCode code, std::string_view reason) const;
    wire::Frame query(std::string_view host, const Router::LocalQuery& query) const;
    /// The answer to a routed query: as many of the matches, from the first on, as one message can hold.
    /// @param push_proxies who passes a Push on to us when we are firewalled.
    wire::Frame hit(const Neighbour& to, std::string_view id, const std::vector<Library::Match>& matches,
                    std::span<const wire::PackedHost> push_proxies) const;
    /// The answer to a legacy peer's query.
    wire::Frame legacy_hit(const Neighbour& to, std::string_view id, const Library::Match* match) const;

    /// Where we listen, as the neighbour is told.
    wire::Sender sender(const Neighbour& to) const { return {host_for(to), port_}; }

  private:
    // How we introduce ourselves: by what others remember us by.
    wire::Sender introduced(const Neighbour& to) const {
        return {host_for(to), settings_.may_be_remembered ? port_ : std::uint16_t{0}};
    }
    wire::Introduction introduction(const Neighbour& to) const;

    const Settings& settings_;
    Guid identity_;
    std::uint16_t port_;
    std::optional<KeyHash> key_;
};

}  // namespace gnutella::overlay
