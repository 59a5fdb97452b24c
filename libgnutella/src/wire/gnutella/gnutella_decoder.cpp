#include "wire/gnutella/gnutella_decoder.hpp"

#include "wire/gnutella/gnutella_payload.hpp"
#include "wire/gnutella/message_header.hpp"

namespace gnutella::wire {

GnutellaDecoder::Step GnutellaDecoder::next(std::string_view bytes, std::pmr::memory_resource& memory,
                                            Message& out) const {
    if (bytes.size() < MessageHeader::size) {
        return {.outcome = Outcome::incomplete};
    }
    const MessageHeader header = read_message_header(bytes);
    if (header.length > limits_.max_message_size) {
        return {.outcome = Outcome::malformed, .problem = Malformed::too_large};
    }
    const std::size_t size = MessageHeader::size + header.length;
    if (bytes.size() < size) {
        return {.outcome = Outcome::incomplete};
    }
    out.id = header.id;
    out.id_text = {};
    out.ttl = header.ttl;
    out.hops = header.hops;
    out.dialect = Dialect::gnutella;
    out.raw = bytes.substr(0, size);
    out.ttl_text = {.offset = MessageHeader::ttl_offset, .length = 1};
    out.hops_text = {.offset = MessageHeader::hops_offset, .length = 1};
    GnutellaPayload payload(out.raw.substr(MessageHeader::size), limits_.max_results, memory);
    switch (payload.read(header.type, out.body)) {
        case GnutellaPayload::Found::message:
            return {.outcome = Outcome::message, .consumed = size};
        case GnutellaPayload::Found::unknown_type:
            return {.outcome = Outcome::unknown_type, .consumed = size};
        case GnutellaPayload::Found::too_large:
            return {.outcome = Outcome::dropped, .consumed = size, .problem = Malformed::too_large};
        case GnutellaPayload::Found::cut_short:
            return {.outcome = Outcome::dropped, .consumed = size, .problem = Malformed::cut_short};
        case GnutellaPayload::Found::wrong_kind:
            break;
    }
    return {.outcome = Outcome::dropped, .consumed = size, .problem = Malformed::wrong_kind};
}

}  // namespace gnutella::wire
