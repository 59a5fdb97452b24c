#include "net/quic/quic_endpoint.hpp"

#include "net/address.hpp"

#include <gnutls/crypto.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

// Times that datagrams are taken before others on the same thread have their turn.
constexpr int rounds_in_a_row = 8;

// The two highest bits of the first byte (RFC 9000, 17.2 and 17.3): the form, and one that is set in whatever comes
// from somebody new. Who knows us may leave it out (RFC 9287), as half of all connections do: it says nothing of
// packets with a short header, which come from nobody new.
constexpr std::uint8_t form_bit = 0x80;
constexpr std::uint8_t fixed_bit = 0x40;

bool may_be_new(const PacketSocket::Datagram& datagram) {
    return (datagram.bytes.front() & fixed_bit) != 0;
}

// Where a context is not run any more, who waits for a stream and the stream own each other: nobody would free them.
class EndpointsOfContext final : public asio::execution_context::service {
  public:
    inline static asio::execution_context::id id;

    explicit EndpointsOfContext(asio::execution_context& owner) : service(owner) {}

    void add(const std::shared_ptr<QuicEndpoint>& endpoint) {
        const std::scoped_lock lock(mutex_);
        std::erase_if(endpoints_, [](const auto& each) { return each.expired(); });
        endpoints_.push_back(endpoint);
    }

  private:
    void shutdown() override {
        for (const auto& each : std::exchange(endpoints_, {})) {
            if (const auto endpoint = each.lock()) {
                endpoint->drop();
            }
        }
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<QuicEndpoint>> endpoints_;
};

std::uint64_t random_secret() {
    std::uint64_t secret = 0;
    gnutls_rnd(GNUTLS_RND_NONCE, &secret, sizeof secret);
    return secret;
}

}  // namespace

QuicEndpoint::QuicEndpoint(udp::socket socket, IdentityKey identity, const Settings& settings, Handlers handlers,
                           Options options)
    : strand_(socket.get_executor()),
      settings_(settings),
      identity_(std::move(identity)),
      stateless_(identity_),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      socket_(std::move(socket), options_.offload),
      table_(random_secret()),
      per_address_(std::make_shared<ConnectionCounts>(settings.max_quic_connections_per_address)),
      stray_rate_(settings.quic_stray_answers_per_second, settings.quic_stray_answers_per_second),
      room_(PacketSocket::max_batch + 2 * StatelessAnswers::room) {}

QuicEndpoint::QuicEndpoint(udp::socket socket, IdentityKey identity, const Settings& settings, Handlers handlers)
    : QuicEndpoint(std::move(socket), std::move(identity), settings, std::move(handlers), Options()) {}

QuicEndpoint::~QuicEndpoint() {
    // They know their way back here.
    scheduled_.clear();
    touched_.clear();
    connections_.clear();
}

void QuicEndpoint::start() {
    asio::use_service<EndpointsOfContext>(asio::query(strand_, asio::execution::context)).add(shared_from_this());
    asio::post(strand_, [self = shared_from_this()] { self->wait(); });
}

void QuicEndpoint::stop() {
    asio::post(strand_, [self = shared_from_this()] { self->end_all(); });
}

void QuicEndpoint::end_all() {
    if (stopped_) {
        return;
    }
    stopped_ = true;
    const auto ending = std::exchange(connections_, {});
    for (const auto& connection : ending) {
        connection->close(asio::error::operation_aborted);
    }
    scheduled_.clear();
    touched_.clear();
    error_code ignored;
    socket_.socket().close(ignored);
    handlers_ = {};
}

void QuicEndpoint::drop() {
    stopped_ = true;
    for (const auto& connection : std::exchange(connections_, {})) {
        connection->drop();
    }
    scheduled_.clear();
    touched_.clear();
    handlers_ = {};
}

void QuicEndpoint::send(wire::Frame frame, const udp::endpoint& to) {
    asio::post(strand_, [self = shared_from_this(), frame = std::move(frame), to] {
        if (!self->stopped_) {
            self->socket_.send_whole(frame.bytes(), to);
        }
    });
}

// ---- opening ----

void QuicEndpoint::open(const udp::endpoint& to, const KeyHash& key, std::chrono::steady_clock::duration limit,
                        QuicConnection::OpenDone done) {
    const std::uint64_t number = ++last_opening_;
    // Here, where a signal is emitted too, and not on the strand.
    done.on_cancel([weak = weak_from_this(), number] {
        if (const auto self = weak.lock()) {
            asio::dispatch(self->strand_, [self, number] { self->cancel_opening(number); });
        }
    });
    asio::dispatch(strand_, [self = shared_from_this(), to = as_seen_by(socket_.local().protocol(), to), key, limit,
                             number, done = std::move(done)]() mutable {
        error_code error = self->stopped_ ? error_code(Error::stopped) : error_code();
        const auto connection = error ? nullptr : self->connection_to(to, key, error);
        if (error) {
            done(error, {});
            return;
        }
        connection->open_stream(number, limit, std::move(done));
    });
}

void QuicEndpoint::cancel_opening(std::uint64_t number) {
    for (const auto& connection : connections_) {
        connection->give_up_opening(number, asio::error::operation_aborted);
    }
}

std::shared_ptr<QuicConnection> QuicEndpoint::connection_to(const udp::endpoint& to, const KeyHash& key,
                                                            error_code& error) {
    const auto found = std::find_if(connections_.begin(), connections_.end(), [&](const auto& each) {
        return each->is_usable() && each->expected() == key && each->remote() == to;
    });
    if (found != connections_.end()) {
        return *found;
    }
    if (connections_.size() >= settings_.max_quic_connections) {
        counters_.refused_connections.fetch_add(1, std::memory_order_relaxed);
        error = Error::too_many_sessions;
        return nullptr;
    }
    const udp::endpoint from = socket_.source_for(to);
    if (from.address().is_unspecified() || to.port() == 0) {
        error = Error::cannot_connect;
        return nullptr;
    }
    auto connection = std::make_shared<QuicConnection>(*this, to, key);
    connection->begin(from);
    connections_.insert(connection);
    return connection;
}

// ---- receiving ----

void QuicEndpoint::wait() {
    if (stopped_) {
        return;
    }
    socket_.socket().async_wait(udp::socket::wait_read, [self = shared_from_this()](error_code error) {
        if (!error && !self->stopped_) {
            self->receive();
        }
    });
}

void QuicEndpoint::receive() {
    for (int round = 0; round < rounds_in_a_row && !stopped_; ++round) {
        running_ = Running::receiving;
        const bool some = socket_.receive([this](const PacketSocket::Datagram& datagram) { dispatch(datagram); });
        socket_.receive_errors([this](const PacketSocket::Undelivered& packet) { learn_fate(packet); });
        finish_round();
        if (!some) {
            break;
        }
    }
    if (connections_.empty()) {
        socket_.release_memory();
    }
    wait();
}

// A packet came to a port where nobody listens. Who did not see it cannot know the id that we gave ourselves in it
// (RFC 9000, 14.2.1 asks for such a proof).
void QuicEndpoint::learn_fate(const PacketSocket::Undelivered& packet) {
    ngtcp2_version_cid ids{};
    const bool is_long = !packet.bytes.empty() && (packet.bytes.front() & form_bit) != 0;
    if (!is_long || ngtcp2_pkt_decode_version_cid(&ids, packet.bytes.data(), packet.bytes.size(), own_id_size) != 0) {
        return;
    }
    if (QuicConnection* const connection = table_.find({ids.scid, ids.scidlen})) {
        const auto kept = connection->shared_from_this();
        connection->nobody_listens();
    }
}

void QuicEndpoint::take(const PacketSocket::Datagram& datagram) {
    running_ = Running::receiving;
    dispatch(datagram);
    finish_round();
}

// What came together is answered together.
void QuicEndpoint::finish_round() {
    for (const auto& connection : touched_) {
        connection->touched = false;
        connection->flush();
        schedule(*connection);
    }
    touched_.clear();
    running_ = Running::idle;
    run_scheduled();
}

void QuicEndpoint::dispatch(const PacketSocket::Datagram& datagram) {
    if ((datagram.bytes.front() & form_bit) != 0) {
        dispatch_long(datagram);
    } else {
        dispatch_short(datagram);
    }
}

void QuicEndpoint::hand_on(const PacketSocket::Datagram& datagram) const {
    if (handlers_.other) {
        const std::string_view bytes(reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size());
        handlers_.other(bytes, {plain(datagram.from.address()), datagram.from.port()});
    }
}

void QuicEndpoint::dispatch_long(const PacketSocket::Datagram& datagram) {
    ngtcp2_version_cid ids{};
    const int result = ngtcp2_pkt_decode_version_cid(&ids, datagram.bytes.data(), datagram.bytes.size(), own_id_size);
    if (result == NGTCP2_ERR_VERSION_NEGOTIATION && may_be_new(datagram)) {
        counters_.stray_packets.fetch_add(1, std::memory_order_relaxed);
        // A client's first packet has this size, whatever its version (RFC 9000, 14.1).
        if (datagram.bytes.size() >= NGTCP2_MAX_UDP_PAYLOAD_SIZE && may_answer_stray()) {
            answer(datagram, [&](auto room) { return stateless_.write_version_negotiation(room, ids); });
        }
        return;
    }
    if (result != 0) {
        hand_on(datagram);
        return;
    }
    if (QuicConnection* const connection = table_.find({ids.dcid, ids.dcidlen})) {
        deliver(*connection, datagram);
        return;
    }
    if (may_be_new(datagram)) {
        begin_accepting(datagram);
    } else {
        hand_on(datagram);
    }
}

void QuicEndpoint::dispatch_short(const PacketSocket::Datagram& datagram) {
    const bool has_id = datagram.bytes.size() > own_id_size;
    if (QuicConnection* const connection = has_id ? table_.find(datagram.bytes.subspan(1, own_id_size)) : nullptr) {
        deliver(*connection, datagram);
        return;
    }
    // JSON begins with a byte that a short header may begin with, too.
    if (datagram.bytes.front() == '{' || !has_id) {
        hand_on(datagram);
        return;
    }
    counters_.stray_packets.fetch_add(1, std::memory_order_relaxed);
    if (may_answer_stray() && !is_reset(datagram)) {
        ngtcp2_cid id{};
        ngtcp2_cid_init(&id, datagram.bytes.data() + 1, own_id_size);
        answer(datagram, [&](auto room) { return stateless_.write_reset(room, id, datagram.bytes.size()); });
    }
}

// Whether it is the word of a peer that it has forgotten a connection, which ends by it. Such a packet has a token of
// that connection at its end, and is otherwise like any other of an unknown one (RFC 9000, 10.3).
bool QuicEndpoint::is_reset(const PacketSocket::Datagram& datagram) {
    std::vector<std::shared_ptr<QuicConnection>> suspects;
    for (const auto& connection : connections_) {
        const bool stands = connection->is_usable() && !connection->is_handshaking();
        if (stands && connection->remote() == datagram.from) {
            suspects.push_back(connection);
        }
    }
    bool ended = false;
    for (const auto& connection : suspects) {
        deliver(*connection, datagram);
        ended = ended || !connection->is_usable();
    }
    return ended;
}

void QuicEndpoint::deliver(QuicConnection& connection, const PacketSocket::Datagram& datagram) {
    const auto kept = connection.shared_from_this();
    if (!connection.touched) {
        connection.touched = true;
        touched_.push_back(kept);
    }
    connection.receive(datagram);
}

// ---- accepting ----

void QuicEndpoint::begin_accepting(const PacketSocket::Datagram& datagram) {
    ngtcp2_pkt_hd header{};
    if (ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) != 0 || !handlers_.accepted) {
        counters_.stray_packets.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const auto token = ngtcp2::token_of(header);
    const ngtcp2_tstamp now = quic_now();
    const bool returns = !token.empty() && token[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY;
    const auto before_retry = returns ? stateless_.check_retry(header, datagram.from, now) : std::nullopt;
    if (returns && !before_retry) {
        refuse(header, NGTCP2_INVALID_TOKEN, datagram);
    } else if (!before_retry && header.dcid.datalen < NGTCP2_MIN_INITIAL_DCIDLEN) {
        counters_.stray_packets.fetch_add(1, std::memory_order_relaxed);
    } else if (connections_.size() >= settings_.max_quic_connections) {
        refuse(header, NGTCP2_CONNECTION_REFUSED, datagram);
    } else if (!before_retry && handshakes_ >= settings_.max_quic_handshakes) {
        counters_.retries.fetch_add(1, std::memory_order_relaxed);
        answer(datagram, [&](auto room) {
            return stateless_.write_retry(room, header, datagram.from, datagram.bytes.size(), now);
        });
    } else {
        accept(header, before_retry, datagram);
    }
}

void QuicEndpoint::accept(const ngtcp2_pkt_hd& header, std::optional<ngtcp2_cid> before_retry,
                          const PacketSocket::Datagram& datagram) {
    QuicConnection::Initial initial{header, before_retry, datagram.from, datagram.to, nullptr};
    initial.ticket = per_address_->admit(to_wire(datagram.from.address()));
    if (!initial.ticket) {
        refuse(header, NGTCP2_CONNECTION_REFUSED, datagram);
        return;
    }
    const auto connection = std::make_shared<QuicConnection>(*this, initial);
    connection->begin(initial);
    connections_.insert(connection);
    ++handshakes_;
    deliver(*connection, datagram);
}

void QuicEndpoint::refuse(const ngtcp2_pkt_hd& header, std::uint64_t code, const PacketSocket::Datagram& datagram) {
    counters_.refused_connections.fetch_add(1, std::memory_order_relaxed);
    if (may_answer_stray()) {
        answer(datagram, [&](auto room) { return stateless_.write_refusal(room, header, code); });
    }
}

bool QuicEndpoint::may_answer_stray() {
    if (can_send() && stray_answers_.allow(stray_rate_, std::chrono::steady_clock::now())) {
        return true;
    }
    counters_.silent_strays.fetch_add(1, std::memory_order_relaxed);
    return false;
}

template <class Write>
void QuicEndpoint::answer(const PacketSocket::Datagram& datagram, Write write) {
    if (!can_send()) {
        return;
    }
    const StatelessAnswers::Room room(room_.data(), StatelessAnswers::room);
    const std::size_t size = write(room);
    if (size > 0) {
        PacketSocket::Batch batch;
        batch.bytes = room.first(size);
        batch.segment = size;
        batch.from = datagram.to;
        batch.to = datagram.from;
        send(batch);
    }
}

// ---- what connections ask for ----

void QuicEndpoint::make_id(ngtcp2_cid& id, std::span<std::uint8_t> reset_token, QuicConnection& connection) {
    id.datalen = own_id_size;
    do {
        gnutls_rnd(GNUTLS_RND_NONCE, id.data, id.datalen);
    } while (!table_.add(id, connection));
    stateless_.make_reset_token(id, reset_token);
}

void QuicEndpoint::send(const PacketSocket::Batch& batch) {
    if (stopped_ && !socket_.socket().is_open()) {
        return;
    }
    const std::size_t rest = socket_.send(batch);
    if (rest > 0) {
        blocked_ = batch;
        blocked_->bytes = batch.bytes.last(rest);
        wait_until_writable();
    }
}

void QuicEndpoint::wait_until_writable() {
    socket_.socket().async_wait(udp::socket::wait_write, [self = shared_from_this()](error_code error) {
        if (error || self->stopped_) {
            return;
        }
        const auto batch = *std::exchange(self->blocked_, std::nullopt);
        self->send(batch);
        self->run_scheduled();
    });
}

void QuicEndpoint::schedule(QuicConnection& connection) {
    if (connection.scheduled || stopped_) {
        return;
    }
    connection.scheduled = true;
    scheduled_.push_back(connection.shared_from_this());
    if (running_ == Running::idle && can_send()) {
        running_ = Running::posted;
        asio::post(strand_, [self = shared_from_this()] {
            self->running_ = Running::idle;
            self->run_scheduled();
        });
    }
}

void QuicEndpoint::run_scheduled() {
    if (!can_send()) {
        return;  // until the system takes packets again
    }
    for (const auto& connection : std::exchange(scheduled_, {})) {
        connection->scheduled = false;
        connection->write();
    }
}

void QuicEndpoint::handshake_ended(QuicConnection& connection) {
    if (!connection.is_client()) {
        --handshakes_;
    }
    auto& counter = connection.is_usable() ? counters_.connections : counters_.failed_handshakes;
    counter.fetch_add(1, std::memory_order_relaxed);
}

void QuicEndpoint::stream_opened(QuicStream stream) {
    if (handlers_.accepted) {
        handlers_.accepted(std::move(stream));
    }
}

void QuicEndpoint::connection_ended(QuicConnection& connection) {
    for (const ngtcp2_cid& id : connection.ids()) {
        table_.remove(id);
    }
    connections_.erase(connection.shared_from_this());
}

}  // namespace gnutella::net
