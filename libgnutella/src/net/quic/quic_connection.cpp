#include "net/quic/quic_connection.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// The only code of our own (RFC 9000, 20.2): nobody asks why.
constexpr std::uint64_t no_more = 0;

// Packets go unanswered at first twice, then four times as long, and so on (RFC 9000, 10.2.1).
bool is_power_of_two(std::uint32_t count) {
    return (count & (count - 1)) == 0;
}

ngtcp2_path path_of(const PacketSocket::Datagram& datagram) {
    ngtcp2_path path{};
    path.local.addr = const_cast<sockaddr*>(datagram.to.data());
    path.local.addrlen = static_cast<ngtcp2_socklen>(datagram.to.size());
    path.remote.addr = const_cast<sockaddr*>(datagram.from.data());
    path.remote.addrlen = static_cast<ngtcp2_socklen>(datagram.from.size());
    return path;
}

}  // namespace

QuicConnection::~QuicConnection() {
    for (const ngtcp2_cid& id : ids_) {
        host_.remove_id(id);
    }
    // ngtcp2 may look at what streams have sent until it is gone.
    ngtcp2_conn_del(connection_);
    for (const auto& [id, stream] : streams_) {
        stream->drop();
    }
}

// ---- what comes ----

void QuicConnection::receive(const PacketSocket::Datagram& datagram) {
    heard_ = true;
    if (phase_ == Phase::closing && is_power_of_two(++packets_since_close_)) {
        send_close();
    }
    if (phase_ > Phase::open) {
        return;
    }
    const ngtcp2_path path = path_of(datagram);
    ngtcp2_pkt_info info{};
    info.ecn = datagram.ecn;
    const int result =
        ngtcp2_conn_read_pkt(connection_, &path, &info, datagram.bytes.data(), datagram.bytes.size(), quic_now());
    if (result != 0) {
        fail(result);
    }
}

void QuicConnection::nobody_listens() {
    if (phase_ != Phase::handshake || !is_client() || heard_) {
        return;
    }
    phase_ = Phase::ended;
    host_.handshake_ended(*this);
    end_streams(Error::cannot_connect);
    wait_for_end();
}

int QuicConnection::on_handshake_completed() {
    if (!tls_->has_agreed_on_protocol()) {
        return NGTCP2_ERR_CALLBACK_FAILURE;
    }
    phase_ = Phase::open;
    host_.handshake_ended(*this);
    return 0;
}

int QuicConnection::on_stream_data(StreamState& stream, std::span<const std::byte> bytes, std::uint32_t flags) {
    stream.received(bytes);
    if ((flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0) {
        stream.received_end();
    }
    touch(stream);
    return 0;
}

int QuicConnection::on_stream_opened(std::int64_t id) {
    const auto stream = add_stream(id);
    opened_.push_back(stream);
    return ngtcp2_conn_set_stream_user_data(connection_, id, stream.get());
}

void QuicConnection::on_stream_closed(StreamState& stream) {
    stream.closed = true;
    stream.read_failed(asio::error::connection_reset);
    stream.write_failed(asio::error::connection_reset);
    touch(stream);
}

void QuicConnection::touch(StreamState& stream) {
    if (std::find(touched_.begin(), touched_.end(), &stream) == touched_.end()) {
        touched_.push_back(&stream);
    }
}

void QuicConnection::flush() {
    for (auto& stream : std::exchange(opened_, {})) {
        host_.stream_opened(QuicStream(std::move(stream)));
    }
    for (StreamState* const stream : std::exchange(touched_, {})) {
        stream->flush();
        if (stream->closed && stream->is_released()) {
            remove_stream(*stream);
        }
    }
    // The far end may have allowed more by now, or want no more: to write is the only way to learn it.
    for (StreamState* const stream : std::exchange(blocked_, {})) {
        stream_ready(*stream);
    }
    serve_openings();
}

// ---- streams ----

std::shared_ptr<StreamState> QuicConnection::add_stream(std::int64_t id) {
    const StreamState::Limits limits{host_.settings().max_quic_send_buffer, host_.settings().quic_idle_timeout};
    auto stream = std::make_shared<StreamState>(host_.strand(), *this, id, StreamState::Ends{local_, remote_}, limits);
    streams_.emplace(id, stream);
    return stream;
}

void QuicConnection::remove_stream(StreamState& stream) {
    leave_queue(stream);
    std::erase(blocked_, &stream);
    std::erase(touched_, &stream);
    const std::int64_t id = stream.id();
    stream.detach(asio::error::operation_aborted);
    streams_.erase(id);
    if (phase_ > Phase::open) {
        return;
    }
    // Only now: who opens streams and gives them up at once must not have more of them here than it may.
    if (ngtcp2_conn_is_local_stream(connection_, id) == 0) {
        ngtcp2_conn_extend_max_streams_bidi(connection_, 1);
        host_.schedule(*this);
    }
    keep_alive_while_used();
}

void QuicConnection::stream_ready(StreamState& stream) {
    if (!stream.queued && !stream.closed && stream.has_to_send()) {
        stream.queued = true;
        to_send_.push_back(&stream);
    }
    host_.schedule(*this);
}

void QuicConnection::leave_queue(StreamState& stream) {
    if (stream.queued) {
        stream.queued = false;
        std::erase(to_send_, &stream);
    }
}

void QuicConnection::stream_taken(StreamState& stream, std::size_t bytes) {
    if (phase_ > Phase::open || bytes == 0) {
        return;
    }
    if (!stream.closed) {
        ngtcp2_conn_extend_max_stream_offset(connection_, stream.id(), bytes);
    }
    ngtcp2_conn_extend_max_offset(connection_, bytes);
    host_.schedule(*this);
}

void QuicConnection::stop_reading(StreamState& stream) {
    if (phase_ <= Phase::open && !stream.closed) {
        ngtcp2::shutdown_stream_read(connection_, stream.id(), no_more);
        host_.schedule(*this);
    }
}

void QuicConnection::reset_writing(StreamState& stream) {
    leave_queue(stream);
    if (phase_ <= Phase::open && !stream.closed) {
        ngtcp2::shutdown_stream_write(connection_, stream.id(), no_more);
        host_.schedule(*this);
    }
}

void QuicConnection::stream_released(StreamState& stream) {
    if (stream.closed) {
        remove_stream(stream);
    }
}

void QuicConnection::open_stream(std::uint64_t number, std::chrono::steady_clock::duration limit, OpenDone done) {
    if (!is_usable()) {
        done(asio::error::connection_reset, {});
        return;
    }
    auto deadline = std::make_unique<asio::steady_timer>(host_.strand(), limit);
    deadline->async_wait([weak = weak_from_this(), number](error_code cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self) {
            self->give_up_opening(number, Error::connect_timed_out);
        }
    });
    openings_.push_back({number, std::move(done), std::move(deadline)});
    serve_openings();
    host_.schedule(*this);
}

void QuicConnection::give_up_opening(std::uint64_t number, error_code why) {
    const auto found = std::find_if(openings_.begin(), openings_.end(),
                                    [number](const Opening& each) { return each.number == number; });
    if (found != openings_.end()) {
        OpenDone done = std::move(found->done);
        openings_.erase(found);
        done(why, {});
    }
}

void QuicConnection::serve_openings() {
    while (phase_ == Phase::open && !openings_.empty()) {
        std::int64_t id = -1;
        if (ngtcp2_conn_open_bidi_stream(connection_, &id, nullptr) != 0) {
            return;  // until the far end allows one more
        }
        const auto stream = add_stream(id);
        ngtcp2_conn_set_stream_user_data(connection_, id, stream.get());
        Opening opening = std::move(openings_.front());
        openings_.pop_front();
        opening.done({}, QuicStream(stream));
        keep_alive_while_used();
    }
}

// A far end that thinks for long, about a stream that we wait for, must not seem to have gone.
void QuicConnection::keep_alive_while_used() {
    if (is_client()) {
        const auto idle = std::chrono::nanoseconds(host_.settings().quic_idle_timeout);
        const auto interval = static_cast<ngtcp2_duration>((idle / 3).count());
        ngtcp2_conn_set_keep_alive_timeout(connection_, streams_.empty() ? 0 : interval);
    }
}

// ---- the end ----

error_code QuicConnection::meaning_of(int library_error) const {
    if (phase_ == Phase::handshake) {
        if (tls_->saw_wrong_key()) {
            return Error::wrong_key;
        }
        const bool late = library_error == NGTCP2_ERR_HANDSHAKE_TIMEOUT || library_error == NGTCP2_ERR_IDLE_CLOSE;
        return late ? Error::connect_timed_out : Error::quic_refused;
    }
    return library_error == NGTCP2_ERR_IDLE_CLOSE ? asio::error::timed_out : asio::error::connection_reset;
}

void QuicConnection::fail(int library_error) {
    const error_code why = meaning_of(library_error);
    const bool was_handshaking = is_handshaking();
    switch (library_error) {
        case NGTCP2_ERR_IDLE_CLOSE:
        case NGTCP2_ERR_DROP_CONN:
        case NGTCP2_ERR_RETRY:
            phase_ = Phase::ended;
            break;
        case NGTCP2_ERR_DRAINING:
            phase_ = Phase::draining;
            break;
        default:
            phase_ = Phase::closing;
            break;
    }
    if (was_handshaking) {
        host_.handshake_ended(*this);
    }
    if (phase_ == Phase::closing) {
        write_close(ngtcp2::reason_of(library_error, connection_));
    }
    end_streams(why);
    wait_for_end();
}

void QuicConnection::close(error_code why) {
    if (phase_ > Phase::open) {
        return;
    }
    const bool was_handshaking = is_handshaking();
    phase_ = Phase::closing;
    if (was_handshaking) {
        host_.handshake_ended(*this);
    }
    write_close(ngtcp2::application_reason(no_more));
    end_streams(why);
    wait_for_end();
}

void QuicConnection::end_streams(error_code why) {
    for (auto& opening : std::exchange(openings_, {})) {
        opening.done(why, {});
    }
    to_send_.clear();
    blocked_.clear();
    touched_.clear();
    opened_.clear();
    for (const auto& [id, stream] : streams_) {
        stream->queued = false;
        stream->detach(why);
    }
    // The streams themselves stay until ngtcp2 is gone, which may still point into them.
}

void QuicConnection::drop() {
    openings_.clear();
    for (const auto& [id, stream] : streams_) {
        stream->drop();
    }
    timer_.cancel();
    phase_ = Phase::ended;
}

// For a while packets may come that belong to it, and must not be answered as a stranger's (RFC 9000, 10.2).
void QuicConnection::wait_for_end() {
    if (phase_ == Phase::ended) {
        timer_.cancel();
        host_.connection_ended(*this);
        return;
    }
    timer_.expires_after(std::chrono::nanoseconds(3 * ngtcp2_conn_get_pto(connection_)));
    timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self && self->phase_ != Phase::ended) {
            self->phase_ = Phase::ended;
            self->host_.connection_ended(*self);
        }
    });
}

// ---- time ----

void QuicConnection::arm_timer() {
    const ngtcp2_tstamp expiry = ngtcp2_conn_get_expiry(connection_);
    if (expiry >= armed_for_) {
        return;  // the timer comes early enough, and looks again then
    }
    armed_for_ = expiry;
    timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(expiry)));
    timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self && self->is_usable()) {
            self->on_timer();
        }
    });
}

void QuicConnection::on_timer() {
    armed_for_ = UINT64_MAX;
    const ngtcp2_tstamp now = quic_now();
    if (ngtcp2_conn_get_expiry(connection_) > now) {
        arm_timer();
        return;
    }
    if (const int result = ngtcp2_conn_handle_expiry(connection_, now); result != 0) {
        fail(result);
        return;
    }
    flush();
    write();
}

}  // namespace gnutella::net
