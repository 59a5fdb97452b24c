#include "wire/gnutella/packed_hosts.hpp"

#include "wire/gnutella/byte_reader.hpp"
#include "wire/gnutella/byte_writer.hpp"
#include "wire/gnutella/ggep_writer.hpp"

#include <string>

namespace gnutella::wire {

namespace {

constexpr unsigned tls_bit(std::size_t at) {
    return 0x80U >> at % 8;
}

}  // namespace

PackedHost PackedHosts::operator[](std::size_t at) const noexcept {
    ByteReader read(bytes_.substr(at * entry_size(), entry_size()));
    PackedHost host;
    host.address = family_ == Family::v4 ? read.ipv4() : read.ipv6();
    host.port = read.u16();
    host.speaks_tls = at / 8 < tls_.size() && (static_cast<unsigned char>(tls_[at / 8]) & tls_bit(at)) != 0;
    return host;
}

void add_hosts(GgepWriter& write, std::string_view id, PackedHosts::Family family, std::span<const PackedHost> hosts) {
    std::string bytes;
    std::string tls;
    ByteWriter packed(bytes);
    std::size_t count = 0;
    for (const PackedHost& host : hosts) {
        if (host.address.is_v4() != (family == PackedHosts::Family::v4)) {
            continue;
        }
        if (host.speaks_tls) {
            tls.resize(count / 8 + 1, '\0');
            tls[count / 8] = static_cast<char>(static_cast<unsigned char>(tls[count / 8]) | tls_bit(count));
        }
        if (family == PackedHosts::Family::v4) {
            packed.ipv4(host.address);
        } else {
            packed.ipv6(host.address);
        }
        packed.u16(host.port);
        ++count;
    }
    if (count > 0) {
        write.add(id, bytes);
    }
    if (!tls.empty()) {
        write.add(std::string(id) + "_TLS", tls);
    }
}

}  // namespace gnutella::wire
