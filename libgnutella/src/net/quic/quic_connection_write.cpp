#include "net/quic/quic_connection.hpp"

#include <algorithm>
#include <array>
#include <cstring>

// How a connection sends: packets are written one after another into one piece of memory, and leave in one system call.

namespace gnutella::net {

using boost::asio::ip::udp;

namespace {

// Batches written before others have their turn.
constexpr int batches_in_a_row = 4;
// Pieces of a stream that one packet is made of, at most.
constexpr std::size_t max_pieces = 8;

udp::endpoint to_endpoint(const ngtcp2_addr& address) {
    udp::endpoint end;
    const auto size = std::min<std::size_t>(address.addrlen, end.capacity());
    std::memcpy(end.data(), address.addr, size);
    end.resize(size);
    return end;
}

}  // namespace

// Packets that leave together: all of one size but the last, and all on one way.
class QuicConnection::Packets {
  public:
    Packets(ConnectionHost& host, std::size_t most) : host_(host), most_(most) { ngtcp2_path_storage_zero(&path_); }

    std::size_t count() const noexcept { return count_; }
    bool is_full() const noexcept { return count_ == most_ || ended_; }
    std::span<std::uint8_t> free_room(std::size_t size) const { return host_.packet_room().subspan(size_, size); }

    /// One more, which lies behind the others. Where it cannot go with them, they leave first.
    void add(std::size_t size, const ngtcp2_path& path, std::uint8_t ecn, std::size_t usual_size) {
        if (count_ > 0 && !goes_with(size, path, ecn, usual_size)) {
            const auto room = host_.packet_room();
            const std::size_t others = size_;
            send();
            if (!host_.can_send()) {
                ended_ = true;
                return;  // lost: the room is taken by what must leave before it
            }
            std::memmove(room.data(), room.data() + others, size);
            begin(path, ecn, size);
            send();
            ended_ = true;
            return;
        }
        if (count_ == 0) {
            begin(path, ecn, size);
        } else {
            size_ += size;
            ++count_;
            ended_ = size < segment_;
        }
    }

    void send() {
        if (count_ == 0) {
            return;
        }
        PacketSocket::Batch batch;
        batch.bytes = host_.packet_room().first(size_);
        batch.segment = segment_;
        batch.from = to_endpoint(path_.path.local);
        batch.to = to_endpoint(path_.path.remote);
        batch.ecn = ecn_;
        host_.send(batch);
        count_ = size_ = 0;
    }

  private:
    void begin(const ngtcp2_path& path, std::uint8_t ecn, std::size_t size) {
        ngtcp2_path_copy(&path_.path, &path);
        ecn_ = ecn;
        segment_ = size_ = size;
        count_ = 1;
    }

    bool goes_with(std::size_t size, const ngtcp2_path& path, std::uint8_t ecn, std::size_t usual_size) const {
        // A probe for a larger packet must not take others with it when it is too large.
        const bool is_probe = segment_ > usual_size && size != segment_;
        return size <= segment_ && !is_probe && ecn == ecn_ && ngtcp2_path_eq(&path_.path, &path) != 0;
    }

    ConnectionHost& host_;
    const std::size_t most_;
    ngtcp2_path_storage path_{};
    std::uint8_t ecn_ = 0;
    std::size_t segment_ = 0;
    std::size_t size_ = 0;
    std::size_t count_ = 0;
    bool ended_ = false;
};

void QuicConnection::write() {
    Written written = Written::more;
    for (int batch = 0; batch < batches_in_a_row && written == Written::more; ++batch) {
        if (!is_usable()) {
            return;
        }
        if (!host_.can_send()) {
            host_.schedule(*this);
            return;
        }
        written = write_batch();
    }
    if (!is_usable()) {
        return;
    }
    if (written == Written::more) {
        host_.schedule(*this);
    }
    arm_timer();
}

QuicConnection::Written QuicConnection::write_batch() {
    const std::size_t size = ngtcp2_conn_get_max_tx_udp_payload_size(connection_);
    const std::size_t usual_size = ngtcp2_conn_get_path_max_tx_udp_payload_size(connection_);
    const std::size_t quantum = std::min(ngtcp2_conn_get_send_quantum(connection_), PacketSocket::max_batch);
    Packets packets(host_, std::clamp<std::size_t>(quantum / size, 1, PacketSocket::max_segments));
    const ngtcp2_tstamp now = quic_now();
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    Written result = Written::more;
    while (!packets.is_full()) {
        ngtcp2_pkt_info info{};
        const ngtcp2_ssize written = write_packet(packets.free_room(size), path, info, now);
        if (written < 0) {
            fail(static_cast<int>(written));
            return Written::failed;
        }
        if (written == 0) {
            result = Written::all;
            break;
        }
        packets.add(static_cast<std::size_t>(written), path.path, static_cast<std::uint8_t>(info.ecn), usual_size);
    }
    packets.send();
    ngtcp2_conn_update_pkt_tx_time(connection_, now);
    // Another stream's turn.
    if (to_send_.size() > 1) {
        to_send_.push_back(to_send_.front());
        to_send_.pop_front();
    }
    return result;
}

// The first that has something that may be sent now.
StreamState* QuicConnection::next_to_send() {
    while (!to_send_.empty() && (to_send_.front()->closed || !to_send_.front()->has_to_send())) {
        to_send_.front()->queued = false;
        to_send_.pop_front();
    }
    if (to_send_.empty() || phase_ != Phase::open) {
        return nullptr;
    }
    StreamState* const first = to_send_.front();
    const bool only_end = first->outgoing().unsent() == 0;
    return only_end || ngtcp2_conn_get_max_data_left(connection_) > 0 ? first : nullptr;
}

// One packet, of as many streams as it takes to fill it. @return 0 when nothing more may be sent now.
ngtcp2_ssize QuicConnection::write_packet(std::span<std::uint8_t> to, ngtcp2_path_storage& path, ngtcp2_pkt_info& info,
                                          ngtcp2_tstamp now) {
    for (;;) {
        StreamState* const stream = next_to_send();
        std::array<std::span<const std::byte>, max_pieces> pieces;
        std::array<ngtcp2_vec, max_pieces> vectors;
        std::size_t count = 0;
        std::size_t offered = 0;
        std::uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_NONE;
        if (stream != nullptr) {
            count = stream->outgoing().peek(pieces);
            for (std::size_t at = 0; at < count; ++at) {
                vectors[at] = {reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(pieces[at].data())),
                               pieces[at].size()};
                offered += pieces[at].size();
            }
            flags = NGTCP2_WRITE_STREAM_FLAG_MORE;
            if (stream->owes_end() && offered == stream->outgoing().unsent()) {
                flags |= NGTCP2_WRITE_STREAM_FLAG_FIN;
            }
        }
        ngtcp2_ssize taken = -1;
        const ngtcp2_ssize written =
            ngtcp2_conn_writev_stream(connection_, &path.path, &info, to.data(), to.size(), &taken, flags,
                                      stream == nullptr ? -1 : stream->id(), vectors.data(), count, now);
        if (stream != nullptr && taken >= 0) {
            const bool with_end =
                (flags & NGTCP2_WRITE_STREAM_FLAG_FIN) != 0 && static_cast<std::size_t>(taken) == offered;
            stream->sent(static_cast<std::size_t>(taken), with_end);
        }
        switch (written) {
            case NGTCP2_ERR_WRITE_MORE:
                continue;
            case NGTCP2_ERR_STREAM_DATA_BLOCKED:
                leave_queue(*stream);
                blocked_.push_back(stream);  // until something comes from the far end
                continue;
            case NGTCP2_ERR_STREAM_SHUT_WR:
            case NGTCP2_ERR_STREAM_NOT_FOUND:
                leave_queue(*stream);
                stream->write_failed(boost::asio::error::connection_reset);
                continue;
            default:
                return written;
        }
    }
}

void QuicConnection::write_close(const ngtcp2::CloseReason& reason) {
    std::array<std::uint8_t, NGTCP2_MAX_UDP_PAYLOAD_SIZE> packet;
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    ngtcp2_pkt_info info{};
    const ngtcp2_ssize size = ngtcp2_conn_write_connection_close(connection_, &path.path, &info, packet.data(),
                                                                 packet.size(), &reason, quic_now());
    if (size > 0) {
        close_packet_.assign(packet.begin(), packet.begin() + size);
        close_from_ = to_endpoint(path.path.local);
        close_to_ = to_endpoint(path.path.remote);
        send_close();
    }
}

void QuicConnection::send_close() {
    if (close_packet_.empty() || !host_.can_send()) {
        return;
    }
    const auto room = host_.packet_room().first(close_packet_.size());
    std::copy(close_packet_.begin(), close_packet_.end(), room.begin());
    PacketSocket::Batch batch;
    batch.bytes = room;
    batch.segment = room.size();
    batch.from = close_from_;
    batch.to = close_to_;
    host_.send(batch);
}

}  // namespace gnutella::net
