#include "wire/decode_step.hpp"

namespace gnutella::wire {

std::string_view reason_of(Malformed malformed) noexcept {
    switch (malformed) {
        case Malformed::not_json:
            return "not a JSON object in UTF-8";
        case Malformed::too_large:
            return "message too large";
        case Malformed::too_deep:
            return "nested too deeply";
        case Malformed::missing_field:
            return "a field is missing";
        case Malformed::wrong_kind:
            return "a field has a value of the wrong kind, or out of its range";
        case Malformed::cut_short:
            return "a message ends before its fields do";
        case Malformed::not_deflated:
            return "not a deflated stream";
        case Malformed::too_dense:
            return "a compressed stream that becomes too much";
    }
    return "malformed";
}

}  // namespace gnutella::wire
