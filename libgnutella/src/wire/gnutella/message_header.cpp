#include "wire/gnutella/message_header.hpp"

#include "wire/gnutella/byte_reader.hpp"

namespace gnutella::wire {

MessageHeader read_message_header(std::string_view bytes) noexcept {
    ByteReader read(bytes);
    MessageHeader header;
    header.id = read.guid();
    header.type = read.u8();
    header.ttl = read.u8();
    header.hops = read.u8();
    header.length = read.u32();
    return header;
}

}  // namespace gnutella::wire
