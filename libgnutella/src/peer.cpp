#include <gnutella/peer.hpp>

#include "longest_time.hpp"
#include "net/engine.hpp"
#include "utf8.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace gnutella {

namespace {

struct NamedTime {
    std::chrono::milliseconds Settings::*time;
    const char* name;
};

// Those that must be more than nothing ...
constexpr NamedTime needed_times[] = {
    {&Settings::connect_timeout, "connect_timeout"},
    {&Settings::first_bytes_timeout, "first_bytes_timeout"},
    {&Settings::handshake_timeout, "handshake_timeout"},
    {&Settings::gnutella_handshake_timeout, "gnutella_handshake_timeout"},
    {&Settings::ping_interval, "ping_interval"},
    {&Settings::retry_interval, "retry_interval"},
    {&Settings::max_retry_interval, "max_retry_interval"},
    {&Settings::bye_timeout, "bye_timeout"},
    {&Settings::route_lifetime, "route_lifetime"},
    {&Settings::query_timeout, "query_timeout"},
    {&Settings::answer_timeout, "answer_timeout"},
    {&Settings::route_table_interval, "route_table_interval"},
    {&Settings::rescan_interval, "rescan_interval"},
    {&Settings::upload_poll_min, "upload_poll_min"},
    {&Settings::upload_grace, "upload_grace"},
    {&Settings::transfer_timeout, "transfer_timeout"},
    {&Settings::tree_timeout, "tree_timeout"},
    {&Settings::push_timeout, "push_timeout"},
    {&Settings::http_idle_timeout, "http_idle_timeout"},
    {&Settings::quic_handshake_timeout, "quic_handshake_timeout"},
    {&Settings::quic_fallback_timeout, "quic_fallback_timeout"},
    {&Settings::quic_idle_timeout, "quic_idle_timeout"},
};
// ... and those that may be nothing.
constexpr NamedTime other_times[] = {
    {&Settings::share_settle_time, "share_settle_time"},
    {&Settings::legacy_spacing, "legacy_spacing"},
    {&Settings::upload_poll_max, "upload_poll_max"},
    {&Settings::source_retry_interval, "source_retry_interval"},
};

// "No limit" is written as the longest time there is, which nothing can be added to. Several of these are multiplied.
Settings with_bounded_times(Settings settings) {
    for (const auto& times : {std::span<const NamedTime>(needed_times), std::span<const NamedTime>(other_times)}) {
        for (const NamedTime& each : times) {
            settings.*each.time = std::min<std::chrono::milliseconds>(settings.*each.time, longest_time);
        }
    }
    settings.hash_lifetime = std::min<std::chrono::hours>(settings.hash_lifetime, 100 * longest_time);
    return settings;
}

void require(bool holds, const std::string& complaint) {
    if (!holds) {
        throw std::invalid_argument(complaint);
    }
}

void check(const Settings& settings) {
    error_code malformed;
    boost::asio::ip::make_address(settings.address.empty() ? "::" : settings.address, malformed);
    require(!malformed, "Settings::address must be an IPv4 or IPv6 address of this machine, or empty for all");
    const bool is_host = Endpoint::parse(Endpoint{settings.announced_host, 1}.to_string()).has_value();
    require(settings.announced_host.empty() || is_host,
            "Settings::announced_host must be a host name or an address, or empty");
    require(settings.agent.size() <= 128 && is_utf8(settings.agent) && is_one_line(settings.agent),
            "Settings::agent must be one line of UTF-8, of at most 128 bytes");
    require(settings.disk_threads >= 1, "Settings::disk_threads must be at least 1");
    require(!settings.dialects.empty(), "Settings::dialects must name at least one dialect");
    require(settings.max_sessions >= 1, "Settings::max_sessions must be at least 1");
    require(settings.max_connections_per_address >= 1, "Settings::max_connections_per_address must be at least 1");
    require(settings.max_message_size >= 1024, "Settings::max_message_size must be at least 1024 bytes");
    require(settings.max_message_size <= 64 * 1024 * 1024, "Settings::max_message_size must be at most 64 MiB");
    require(settings.max_nesting >= 3, "Settings::max_nesting must be at least 3: the depth of a QUERY-HIT");
    // Gnutella 0.6, 3.1: half as much again as the largest message, at least.
    require(settings.max_send_queue / 3 >= settings.max_message_size / 2,
            "Settings::max_send_queue must hold at least one and a half messages of max_message_size");
    require(settings.max_pong_hosts <= 100, "Settings::max_pong_hosts must be at most 100");
    require(settings.pings_per_second >= 1, "Settings::pings_per_second must be at least 1");
    require(settings.ping_burst >= 1, "Settings::ping_burst must be at least 1");
    require(settings.queries_per_second >= 1, "Settings::queries_per_second must be at least 1");
    require(settings.query_burst >= 1, "Settings::query_burst must be at least 1");
    require(settings.max_ttl >= 1, "Settings::max_ttl must be at least 1");
    require(settings.max_routes >= 1, "Settings::max_routes must be at least 1");
    require(settings.max_results >= 1, "Settings::max_results must be at least 1");
    require(settings.max_downloads >= 1, "Settings::max_downloads must be at least 1");
    require(settings.max_sources_per_download >= 1, "Settings::max_sources_per_download must be at least 1");
    require(settings.max_uploads_per_address >= 1, "Settings::max_uploads_per_address must be at least 1");
    require(settings.upload_poll_max >= settings.upload_poll_min,
            "Settings::upload_poll_max must not be less than upload_poll_min");
    require(settings.max_http_header >= 512, "Settings::max_http_header must be at least 512 bytes");
    require(!settings.transports.empty(), "Settings::transports must name at least one transport");
    require(settings.max_quic_streams >= 1, "Settings::max_quic_streams must be at least 1");
    require(settings.max_quic_connections >= 1, "Settings::max_quic_connections must be at least 1");
    require(settings.max_quic_stream_window >= 64 * 1024 && settings.max_quic_window >= settings.max_quic_stream_window,
            "Settings::max_quic_stream_window must be at least 64 KiB, and max_quic_window no less than it");
    require(settings.max_quic_send_buffer >= 512 * 1024, "Settings::max_quic_send_buffer must be at least 512 KiB");
    for (const NamedTime& each : needed_times) {
        require((settings.*each.time).count() > 0,
                "Settings::" + std::string(each.name) + " must be more than nothing");
    }
    for (const NamedTime& each : other_times) {
        require((settings.*each.time).count() >= 0, "Settings::" + std::string(each.name) + " must not be negative");
    }
    require(settings.hash_lifetime.count() > 0, "Settings::hash_lifetime must be more than nothing");
}

}  // namespace

struct Peer::Impl {
    explicit Impl(std::shared_ptr<net::Engine> parts) : engine(std::move(parts)) {}
    ~Impl() { engine->abandon(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    const std::shared_ptr<net::Engine> engine;
};

Peer::Peer(boost::asio::any_io_executor executor, Settings settings) {
    check(settings);
    try {
        auto engine = std::make_shared<net::Engine>(std::move(executor), with_bounded_times(std::move(settings)));
        engine->assemble();
        impl_ = std::make_shared<Impl>(std::move(engine));
    } catch (const boost::system::system_error& failure) {
        throw std::system_error(failure.code());
    }
}

Peer::~Peer() = default;

void Peer::start(detail::Completion<error_code> done) {
    impl_->engine->start(std::move(done));
}

void Peer::stop(detail::Completion<error_code> done) {
    impl_->engine->stop(std::move(done));
}

void Peer::connect(ConnectRequest request, detail::Completion<error_code, Session> done) {
    impl_->engine->connect(std::move(request), std::move(done));
}

void Peer::join(Endpoint endpoint) {
    impl_->engine->join(std::move(endpoint));
}

void Peer::leave(const Endpoint& endpoint) {
    impl_->engine->leave(endpoint);
}

Query Peer::query(QueryRequest request) {
    return Query(impl_->engine->query(std::move(request)));
}

Query Peer::browse(Endpoint peer) {
    return Query(impl_->engine->browse(std::move(peer)));
}

Download Peer::download(DownloadRequest request) {
    return Download(impl_->engine->download(std::move(request)));
}

std::vector<Download> Peer::downloads() const {
    std::vector<Download> downloads;
    for (auto& state : impl_->engine->downloads()) {
        downloads.emplace_back(std::move(state));
    }
    return downloads;
}

void Peer::share(std::filesystem::path folder, detail::Completion<error_code> done) {
    impl_->engine->share(std::move(folder), std::move(done));
}

void Peer::unshare(std::filesystem::path folder) {
    impl_->engine->unshare(std::move(folder));
}

void Peer::wait_for_shares(detail::Completion<error_code> done) {
    impl_->engine->wait_for_shares(std::move(done));
}

void Peer::files(detail::Completion<error_code, std::vector<SharedFile>> done) {
    impl_->engine->files(std::move(done));
}

void Peer::status(detail::Completion<error_code, Status> done) {
    impl_->engine->status(std::move(done));
}

Session Peer::session(SessionId id) const {
    SessionInfo info;
    info.id = id;
    return Session(info, impl_->engine->session(id));
}

Subscription Peer::subscribe(EventHandler handler) {
    return Subscription(impl_->engine->subscribe(std::move(handler)));
}

Endpoint Peer::local_endpoint() const {
    return impl_->engine->local_endpoint();
}

Guid Peer::identity() const noexcept {
    return impl_->engine->identity();
}

boost::asio::any_io_executor Peer::executor() const noexcept {
    return impl_->engine->executor();
}

}  // namespace gnutella
