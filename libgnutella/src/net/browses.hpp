#pragma once

#include "net/query_state.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace gnutella::net {

/// The peers that are being browsed. Each list is read no faster than its hits are taken, so that a long one needs
/// little memory. The peer's strand owns it.
class Browses : public std::enable_shared_from_this<Browses> {
  public:
    /// @param executor each connection gets a strand of it.
    Browses(boost::asio::any_io_executor executor, boost::asio::any_io_executor strand, const Settings& settings);
    ~Browses();
    Browses(const Browses&) = delete;
    Browses& operator=(const Browses&) = delete;

    /// Begins one, whose hits go to `query`.
    void start(const std::shared_ptr<Query::State>& query, const Endpoint& peer);
    /// Ends one, if it is still going on.
    void end(const Guid& id, const error_code& reason);
    void end_all(const error_code& reason);

  private:
    struct Browse;
    enum class Offer : std::uint8_t;

    Offer offer(const Browse& browse, Hit& hit) const;
    static boost::asio::awaitable<error_code> run(std::shared_ptr<Browses> self, std::shared_ptr<Browse> browse);
    /// On the peer's strand. @return false when nobody wants more.
    static boost::asio::awaitable<bool> deliver(std::shared_ptr<Browses> self, std::shared_ptr<Browse> browse,
                                                std::vector<Hit> hits);

    const boost::asio::any_io_executor executor_;
    const boost::asio::any_io_executor strand_;
    const Settings settings_;
    std::map<Guid, std::shared_ptr<Browse>> browses_;
};

}  // namespace gnutella::net
