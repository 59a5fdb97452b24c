#include "net/quic/packet_socket.hpp"

#include "file_descriptor.hpp"
#include "net/address.hpp"
#include "net/datagram_socket.hpp"

#include <boost/asio/buffer.hpp>

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

// Older headers lack them; the kernel says whether it has them.
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr unsigned messages_at_once = 16;
// A burst of a fast sender must find room while we are busy with the one before. The system gives what it allows.
constexpr int socket_buffer = 4 * 1024 * 1024;
constexpr std::uint8_t ecn_mask = 3;
// Read in one go, of what the network says; and sendings tried while each tells of an earlier one's fate.
constexpr int max_errors = 1'000;
constexpr int max_send_tries = 3;

void set_option(int socket, int level, int name, int value) {
    ::setsockopt(socket, level, name, &value, sizeof value);  // without it we do with less
}

bool try_option(int socket, int level, int name, int value) {
    return ::setsockopt(socket, level, name, &value, sizeof value) == 0;
}

template <class Value>
Value read_control(const cmsghdr& control) {
    Value value{};
    std::memcpy(&value, CMSG_DATA(&control), sizeof value);
    return value;
}

// What the system tells of a message.
struct Told {
    udp::endpoint to;
    std::size_t segment = 0;
    std::uint8_t ecn = 0;
};

Told read_controls(msghdr& header, const udp::endpoint& local) {
    Told told{local, 0, 0};
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
        const auto is = [control](int level, int type) {
            return control->cmsg_level == level && control->cmsg_type == type;
        };
        if (is(IPPROTO_IP, IP_PKTINFO)) {
            const auto info = read_control<in_pktinfo>(*control);
            const asio::ip::address_v4 address(ntohl(info.ipi_addr.s_addr));
            told.to = udp::endpoint(address, local.port());
        } else if (is(IPPROTO_IPV6, IPV6_PKTINFO)) {
            const auto info = read_control<in6_pktinfo>(*control);
            asio::ip::address_v6::bytes_type bytes;
            std::memcpy(bytes.data(), &info.ipi6_addr, bytes.size());
            told.to = udp::endpoint(asio::ip::address_v6(bytes), local.port());
        } else if (is(IPPROTO_IP, IP_TOS)) {
            told.ecn = read_control<std::uint8_t>(*control) & ecn_mask;
        } else if (is(IPPROTO_IPV6, IPV6_TCLASS)) {
            told.ecn = static_cast<std::uint8_t>(read_control<int>(*control) & ecn_mask);
        } else if (is(SOL_UDP, UDP_GRO)) {
            told.segment = static_cast<std::size_t>(read_control<int>(*control));
        }
    }
    return told;
}

bool says_nobody_listens(msghdr& header) {
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
        const bool v4 = control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR;
        const bool v6 = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR;
        if (v4 || v6) {
            const auto error = read_control<sock_extended_err>(*control);
            const bool by_icmp = error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
            return by_icmp && error.ee_errno == ECONNREFUSED;
        }
    }
    return false;
}

constexpr std::size_t control_room = CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(in_pktinfo)) +
                                     2 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(int));

// Writes control messages one after another.
class ControlWriter {
  public:
    explicit ControlWriter(msghdr& header) : header_(header) {
        header_.msg_control = room_.data();
        header_.msg_controllen = 0;
    }
    ControlWriter(const ControlWriter&) = delete;
    ControlWriter& operator=(const ControlWriter&) = delete;
    ~ControlWriter() = default;

    template <class Value>
    void add(int level, int type, const Value& value) {
        auto* const control = reinterpret_cast<cmsghdr*>(room_.data() + header_.msg_controllen);
        control->cmsg_level = level;
        control->cmsg_type = type;
        control->cmsg_len = CMSG_LEN(sizeof value);
        std::memcpy(CMSG_DATA(control), &value, sizeof value);
        header_.msg_controllen += CMSG_SPACE(sizeof value);
    }

  private:
    msghdr& header_;
    alignas(cmsghdr) std::array<char, control_room> room_{};
};

void add_source(ControlWriter& controls, const udp::endpoint& from) {
    if (from.address().is_unspecified()) {
        return;
    }
    if (from.address().is_v4()) {
        in_pktinfo info{};
        info.ipi_spec_dst.s_addr = htonl(from.address().to_v4().to_uint());
        controls.add(IPPROTO_IP, IP_PKTINFO, info);
        return;
    }
    in6_pktinfo info{};
    const auto bytes = from.address().to_v6().to_bytes();
    std::memcpy(&info.ipi6_addr, bytes.data(), bytes.size());
    controls.add(IPPROTO_IPV6, IPV6_PKTINFO, info);
}

}  // namespace

struct PacketSocket::Input {
    std::array<udp::endpoint, messages_at_once> from;
    std::array<iovec, messages_at_once> places{};
    std::array<mmsghdr, messages_at_once> headers{};
    struct alignas(cmsghdr) Controls {
        std::array<char, control_room> bytes;
    };
    std::array<Controls, messages_at_once> controls;
    // Not touched as long as it is not needed: such pages take no memory.
    std::unique_ptr<std::uint8_t[]> bytes =
        std::make_unique_for_overwrite<std::uint8_t[]>(messages_at_once * datagram_room);

    void prepare() {
        for (unsigned at = 0; at < messages_at_once; ++at) {
            places[at] = {bytes.get() + at * datagram_room, datagram_room};
            msghdr& header = headers[at].msg_hdr;
            header = {};
            header.msg_name = from[at].data();
            header.msg_namelen = static_cast<socklen_t>(from[at].capacity());
            header.msg_iov = &places[at];
            header.msg_iovlen = 1;
            header.msg_control = controls[at].bytes.data();
            header.msg_controllen = controls[at].bytes.size();
        }
    }
};

PacketSocket::PacketSocket(udp::socket socket, Offload offload)
    : socket_(std::move(socket)), input_(nullptr, [](Input* input) { delete input; }) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    local_ = socket_.local_endpoint(ignored);
    const int descriptor = socket_.native_handle();
    set_option(descriptor, SOL_SOCKET, SO_RCVBUF, socket_buffer);
    set_option(descriptor, SOL_SOCKET, SO_SNDBUF, socket_buffer);
    if (local_.address().is_v6()) {
        set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set_option(descriptor, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    } else {
        set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    }
    set_option(descriptor, IPPROTO_IP, IP_RECVTOS, 1);  // of IPv4 through an IPv6 socket, too
    set_option(descriptor, IPPROTO_IP, IP_RECVERR, 1);
    if (local_.address().is_v6()) {
        set_option(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
    }
    forbid_fragments();
    if (offload == Offload::where_possible) {
        joins_ = try_option(descriptor, SOL_UDP, UDP_GRO, 1);
        // 0: no socket-wide splitting; only whether the option is known is asked.
        splits_ = try_option(descriptor, SOL_UDP, UDP_SEGMENT, 0);
    }
}

// QUIC finds the largest packet itself, which must then not be cut on its way (RFC 9000, 14).
void PacketSocket::forbid_fragments() {
    set_option(socket_.native_handle(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
    if (local_.address().is_v6()) {
        set_option(socket_.native_handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
    }
}

void PacketSocket::allow_fragments() {
    set_option(socket_.native_handle(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
    if (local_.address().is_v6()) {
        set_option(socket_.native_handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT);
    }
}

void PacketSocket::send_whole(std::string_view bytes, const udp::endpoint& to) {
    constexpr std::size_t fits_everywhere = 1200;
    const bool may_be_cut = bytes.size() > fits_everywhere;
    if (may_be_cut) {
        allow_fragments();
    }
    error_code error = asio::error::connection_refused;
    for (int tries = 0; tries < max_send_tries && error && error != asio::error::would_block; ++tries) {
        socket_.send_to(asio::buffer(bytes), as_seen_by(local_.protocol(), to), 0, error);
    }
    has_errors_ = has_errors_ || error;
    if (may_be_cut) {
        forbid_fragments();
    }
}

bool PacketSocket::receive(const std::function<void(const Datagram&)>& each) {
    if (!input_) {
        input_.reset(new Input);
    }
    Input& input = *input_;
    input.prepare();
    const int count = ::recvmmsg(socket_.native_handle(), input.headers.data(), messages_at_once, 0, nullptr);
    if (count < 0) {
        // Errors other than these tell of a datagram sent earlier (ICMP): the next call may have something.
        const bool of_earlier = errno != EAGAIN && errno != EWOULDBLOCK && errno != EBADF;
        has_errors_ = has_errors_ || of_earlier;
        return of_earlier;
    }
    for (std::size_t at = 0; at < static_cast<std::size_t>(count); ++at) {
        msghdr& header = input.headers[at].msg_hdr;
        input.from[at].resize(header.msg_namelen);
        const Told told = read_controls(header, local_);
        std::span<const std::uint8_t> bytes(input.bytes.get() + at * datagram_room, input.headers[at].msg_len);
        const std::size_t segment = told.segment > 0 ? told.segment : std::max<std::size_t>(bytes.size(), 1);
        while (!bytes.empty()) {
            const std::size_t here = std::min(segment, bytes.size());
            each({bytes.first(here), input.from[at], told.to, told.ecn});
            bytes = bytes.subspan(here);
        }
    }
    return count > 0;
}

void PacketSocket::receive_errors(const std::function<void(const Undelivered&)>& each) {
    if (!has_errors_) {
        return;
    }
    std::array<std::uint8_t, 576> quoted;  // as much as is quoted (RFC 1812, 4.3.2.3)
    alignas(cmsghdr) std::array<char, 512> controls;
    for (int taken = 0; taken < max_errors; ++taken) {
        msghdr header{};
        iovec place{quoted.data(), quoted.size()};
        header.msg_iov = &place;
        header.msg_iovlen = 1;
        header.msg_control = controls.data();
        header.msg_controllen = controls.size();
        const ssize_t size = ::recvmsg(socket_.native_handle(), &header, MSG_ERRQUEUE | MSG_DONTWAIT);
        if (size < 0) {
            has_errors_ = false;
            return;
        }
        if (says_nobody_listens(header)) {
            each({std::span(quoted).first(static_cast<std::size_t>(size))});
        }
    }
}

PacketSocket::Outcome PacketSocket::send_one(const Batch& batch, std::size_t segment) {
    msghdr header{};
    iovec place{const_cast<std::uint8_t*>(batch.bytes.data()), batch.bytes.size()};
    header.msg_name = const_cast<void*>(static_cast<const void*>(batch.to.data()));
    header.msg_namelen = static_cast<socklen_t>(batch.to.size());
    header.msg_iov = &place;
    header.msg_iovlen = 1;
    ControlWriter controls(header);
    add_source(controls, batch.from);
    if (batch.ecn != 0) {
        // IPv4 through an IPv6 socket takes IPv4's option.
        const bool v4 = plain(batch.to.address()).is_v4();
        controls.add(v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, static_cast<int>(batch.ecn));
    }
    if (batch.bytes.size() > segment) {
        controls.add(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(segment));
    }
    for (int tries = 0;;) {
        if (::sendmsg(socket_.native_handle(), &header, 0) >= 0) {
            return Outcome::sent;
        }
        switch (errno) {
            case EINTR:
                continue;
            case EAGAIN:
                return Outcome::blocked;
            case EIO:     // the network card cannot
            case EINVAL:  // the kernel cannot
                return batch.bytes.size() > segment ? Outcome::cannot_split : Outcome::lost;
            default:  // what became of an earlier one, perhaps: this one was not sent
                has_errors_ = true;
                if (++tries == max_send_tries) {
                    return Outcome::lost;
                }
        }
    }
}

std::size_t PacketSocket::send(const Batch& batch) {
    if (splits_ && batch.bytes.size() > batch.segment) {
        switch (send_one(batch, batch.segment)) {
            case Outcome::blocked:
                return batch.bytes.size();
            case Outcome::cannot_split:
                splits_ = false;  // and never again
                break;
            default:
                return 0;
        }
    }
    Batch single = batch;
    for (std::span<const std::uint8_t> rest = batch.bytes; !rest.empty(); rest = rest.subspan(single.bytes.size())) {
        single.bytes = rest.first(std::min(batch.segment, rest.size()));
        if (send_one(single, single.bytes.size()) == Outcome::blocked) {
            return rest.size();
        }
    }
    return 0;
}

udp::endpoint PacketSocket::source_for(const udp::endpoint& remote) const {
    if (!local_.address().is_unspecified()) {
        return local_;
    }
    // Connecting sends nothing; it makes the system choose.
    const FileDescriptor probe(::socket(remote.data()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (remote.address().is_v6()) {
        set_option(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    }
    if (!probe || ::connect(probe.get(), remote.data(), static_cast<socklen_t>(remote.size())) != 0) {
        return {remote.protocol(), 0};
    }
    udp::endpoint chosen;
    auto size = static_cast<socklen_t>(chosen.capacity());
    if (::getsockname(probe.get(), chosen.data(), &size) != 0) {
        return {remote.protocol(), 0};
    }
    chosen.resize(size);
    chosen.port(local_.port());
    return chosen;
}

}  // namespace gnutella::net
