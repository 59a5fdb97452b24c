#include "net/browses.hpp"

#include "net/browse_reader.hpp"
#include "net/cancellation.hpp"
#include "net/dial.hpp"
#include "net/hop.hpp"
#include "net/no_throw.hpp"
#include "net/source_answer_reader.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/source_answer.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using ListingParser = http::response_parser<http::buffer_body>;

namespace {

constexpr std::string_view listing_type = "application/x-gnutella-packets";

std::string browse_request_for(const Endpoint& peer, const Settings& settings) {
    return transfer::request_line_and_names("/", peer.to_string(), settings.agent) +
           "Accept: " + std::string(listing_type) + "\r\nAccept-Encoding: deflate\r\nConnection: close\r\n\r\n";
}

std::string_view field_of(const ListingParser& parser, http::field field) {
    const auto value = parser.get()[field];
    return {value.data(), value.size()};
}

// "gtk-gnutella/1.2.3 (...)" -> "gtk-gnutella"
std::string client_of(const ListingParser& parser) {
    const std::string_view server = field_of(parser, http::field::server);
    std::string name;
    for (const char letter : server.substr(0, std::min<std::size_t>(server.find_first_of("/ "), 64))) {
        name += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F ? '?' : letter;
    }
    return name;
}

error_code judge_listing(const ListingParser& parser) {
    const unsigned status = parser.get().result_int();
    if (status == 503) {
        return Error::source_busy;
    }
    const bool is_list = status == 200 && field_of(parser, http::field::content_type).starts_with(listing_type);
    return is_list ? error_code{} : error_code(Error::not_browsable);
}

wire::DecodeLimits listing_limits_of(const Settings& settings) {
    wire::DecodeLimits limits;
    limits.max_message_size = settings.max_message_size;
    limits.max_results = 255;  // what one Query Hit can have: here all of them were asked for
    return limits;
}

}  // namespace

struct Browses::Browse {
    Browse(const asio::any_io_executor& own_strand, const asio::any_io_executor& peer_strand, Endpoint whom)
        : strand(own_strand), peer(std::move(whom)), room(peer_strand) {}

    const asio::any_io_executor strand;
    const Endpoint peer;
    asio::cancellation_signal cancel;  // on `strand`

    // On the peer's strand.
    Guid id;
    std::weak_ptr<Query::State> query;
    asio::steady_timer room;  // cancelled when hits have been taken
    bool ended = false;
};

Browses::Browses(asio::any_io_executor executor, asio::any_io_executor strand, const Settings& settings)
    : executor_(std::move(executor)), strand_(std::move(strand)), settings_(settings) {}

// As of LocalSearches.
Browses::~Browses() {
    for (const auto& [id, browse] : browses_) {
        if (const auto query = browse->query.lock()) {
            query->drop_waiters();
        }
    }
}

void Browses::start(const std::shared_ptr<Query::State>& query, const Endpoint& peer) {
    if (query->ended) {
        return;  // cancelled before it began
    }
    if (browses_.size() >= settings_.max_local_queries) {
        query->end(Error::too_many_queries);
        return;
    }
    auto browse = std::make_shared<Browse>(asio::make_strand(executor_), strand_, peer);
    browse->id = query->id;
    browse->query = query;
    query->taken = [weak = std::weak_ptr(browse)] {
        if (const auto waiting = weak.lock()) {
            waiting->room.cancel();
        }
    };
    browses_.emplace(query->id, browse);
    asio::co_spawn(
        browse->strand, run(shared_from_this(), browse),
        asio::bind_cancellation_slot(browse->cancel.slot(), [self = shared_from_this(), browse](
                                                                const std::exception_ptr& failure, error_code error) {
            if (failure) {
                error = make_error_code(boost::system::errc::not_enough_memory);
            }
            asio::post(self->strand_, [self, id = browse->id, error] { self->end(id, error); });
        }));
}

void Browses::end(const Guid& id, const error_code& reason) {
    const auto found = browses_.find(id);
    if (found == browses_.end()) {
        return;
    }
    const auto browse = std::move(found->second);
    browses_.erase(found);
    browse->ended = true;
    browse->room.cancel();
    if (const auto query = browse->query.lock()) {
        query->end(reason);
    }
    // Emitted where nothing of what it ends is running.
    asio::post(browse->strand, [browse] { browse->cancel.emit(asio::cancellation_type::terminal); });
}

void Browses::end_all(const error_code& reason) {
    while (!browses_.empty()) {
        const Guid id = browses_.begin()->first;
        end(id, reason);
    }
}

asio::awaitable<error_code> Browses::run(std::shared_ptr<Browses> self, std::shared_ptr<Browse> browse) {
    const Settings& settings = self->settings_;
    Tcp::socket socket(browse->strand);
    const error_code unreachable = co_await net::dial(socket, browse->peer, settings.connect_timeout);
    if (unreachable) {
        co_return unreachable;
    }
    bool stalled = false;
    TransferWatch watch(browse->strand);
    watch.on_stall([&] {
        stalled = true;
        abort_stream(socket);
    });
    watch.start(settings.transfer_timeout);
    const std::string head = browse_request_for(browse->peer, settings);
    const auto request = asio::buffer(head);
    const auto [write_error, written] = co_await asio::async_write(socket, request, no_throw);
    if (write_error) {
        co_return stalled ? error_code(Error::source_timed_out) : explain(write_error);
    }
    boost::beast::flat_buffer buffer;
    ListingParser parser;
    parser.header_limit(static_cast<std::uint32_t>(settings.max_http_header));
    parser.body_limit(BrowseReader::max_bytes);
    const auto [head_error, head_bytes] = co_await http::async_read_header(socket, buffer, parser, no_throw);
    if (head_error) {
        co_return stalled ? error_code(Error::source_timed_out) : explain(head_error);
    }
    if (const error_code refused = judge_listing(parser)) {
        co_return refused;
    }
    const bool deflated = field_of(parser, http::field::content_encoding) == "deflate";
    BrowseReader reader(deflated ? BrowseReader::Coding::deflate : BrowseReader::Coding::none,
                        listing_limits_of(settings), browse->peer, client_of(parser));
    std::array<char, 16 * 1024> room{};
    while (!parser.is_done()) {
        parser.get().body().data = room.data();
        parser.get().body().size = room.size();
        parser.get().body().more = true;
        const auto [error, count] = co_await http::async_read_some(socket, buffer, parser, no_throw);
        if (error && error != http::error::need_buffer) {
            co_return stalled ? error_code(Error::source_timed_out) : explain(error);
        }
        std::vector<Hit> hits;
        const std::string_view bytes(room.data(), room.size() - parser.get().body().size);
        const error_code malformed = reader.take(bytes, hits);
        watch.stop();  // who takes the hits may take his time
        if (!hits.empty()) {
            auto delivery = deliver(self, browse, std::move(hits));
            const bool more = co_await hop(self->strand_, std::move(delivery));
            if (!more) {
                co_return error_code{};
            }
        }
        if (malformed) {
            co_return malformed;
        }
        watch.start(settings.transfer_timeout);
    }
    co_return reader.is_cut_short() ? error_code(Error::source_closed) : error_code{};
}

// What became of a hit.
enum class Browses::Offer : std::uint8_t { taken, no_room, nobody };

Browses::Offer Browses::offer(const Browse& browse, Hit& hit) const {
    const auto query = browse.query.lock();
    if (!query || browse.ended) {
        return Offer::nobody;
    }
    if (query->hits.size() >= settings_.max_hits_per_query) {
        return Offer::no_room;
    }
    query->add(std::move(hit));
    return Offer::taken;
}

asio::awaitable<bool> Browses::deliver(std::shared_ptr<Browses> self, std::shared_ptr<Browse> browse,
                                       std::vector<Hit> hits) {
    for (Hit& hit : hits) {
        auto offered = self->offer(*browse, hit);
        while (offered == Offer::no_room) {
            browse->room.expires_at(Clock::time_point::max());
            co_await browse->room.async_wait(no_throw);
            offered = self->offer(*browse, hit);
        }
        if (offered == Offer::nobody) {
            co_return false;
        }
    }
    co_return true;
}

}  // namespace gnutella::net
