#pragma once

#include "net/address.hpp"
#include "net/http_service.hpp"
#include "net/paced_send.hpp"
#include "transfer/alternate_locations.hpp"
#include "transfer/browse_listing.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

namespace gnutella::net {

/// The right to send a list of all files; how many may be sent at once is bounded.
class ListingPlace {
  public:
    explicit ListingPlace(HttpService& service)
        : service_(service), taken_(service.listings.fetch_add(1) < HttpService::max_listings) {}
    ~ListingPlace() { service_.listings.fetch_sub(1); }
    ListingPlace(const ListingPlace&) = delete;
    ListingPlace& operator=(const ListingPlace&) = delete;

    explicit operator bool() const noexcept { return taken_; }

  private:
    HttpService& service_;
    const bool taken_;
};

/// The address that a list names as ours: what is announced, or our end of this connection.
template <class Stream>
wire::IpAddress own_address(const Stream& stream, const Settings& settings) {
    if (const auto announced = transfer::location_of({settings.announced_host, 1})) {
        return announced->address;
    }
    if constexpr (requires(error_code error) { to_wire(stream.local_endpoint(error).address()); }) {
        error_code error;
        const auto local = stream.local_endpoint(error);
        if (!error) {
            return to_wire(local.address());
        }
    }
    return wire::IpAddress::v4({0, 0, 0, 0});
}

/// Sends a list of all shared files, no faster than the pacer lets it. Between two pieces files may come and go.
/// @param head of the answer. @return what write_paced does.
template <class Stream>
boost::asio::awaitable<error_code> send_listing(Stream& stream, Pacer& pacer, HttpService& service,
                                                transfer::BrowseListing& listing, std::string head,
                                                const SendProgress& progress) {
    std::string bytes = std::move(head);
    listing.begin(bytes);
    std::uint64_t last = 0;
    for (bool more = true; more;) {
        const auto files = co_await service.catalogue->list(last, transfer::BrowseListing::files_at_once);
        more = files.size() == transfer::BrowseListing::files_at_once;
        if (!files.empty()) {
            last = files.back().id;
            listing.add(files, bytes);
        }
        if (!more) {
            listing.end(bytes);
        }
        const error_code error = co_await write_paced(stream, pacer, bytes, progress);
        if (error) {
            co_return error;
        }
        bytes.clear();
    }
    co_return error_code{};
}

}  // namespace gnutella::net
