#pragma once

#include "transfer/byte_range.hpp"

#include <gnutella/urn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gnutella::transfer {

/// The answers that the server gives, and what the client understands (RFC 9110, 15).
enum class HttpStatus : std::uint16_t {
    ok = 200,
    partial_content = 206,
    bad_request = 400,
    not_found = 404,
    method_not_allowed = 405,
    gone = 410,
    range_not_satisfiable = 416,
    header_too_large = 431,
    service_unavailable = 503,
};

enum class HttpMethod : std::uint8_t { get, head, other };

/// Whether the connection can carry another exchange after this one.
enum class Persistence : std::uint8_t {
    keep_alive,           ///< HTTP/1.1's habit: nothing need be said
    announce_keep_alive,  ///< an HTTP/1.0 client asked for it and must be told
    close,
};

/// What counts of a request's head. The views are into the bytes that were parsed.
struct HttpRequest {
    HttpMethod method = HttpMethod::other;
    std::string_view target;
    /// The header's value; empty when there is none, or more than one.
    std::string_view range;
    std::string_view if_range;
    /// The values of X-Alt and X-NAlt: who else has the file, and who has it no more.
    std::string_view alternates;
    std::string_view former_alternates;
    /// That of X-Alt-Quic: keys of the former.
    std::string_view quic_alternates = {};
    Persistence persistence = Persistence::keep_alive;
};

/// A file is wanted, if it is there.
struct FileRequest {
    HttpMethod method = HttpMethod::get;
    Urn urn;
    std::optional<RangeRequest> range;
    /// The entity tag that the range is conditional on; empty: it is not.
    std::string if_range;
};

/// The tree of a file is wanted.
struct TreeRequest {
    HttpMethod method = HttpMethod::get;
    Urn urn;
};

/// What a request means, before it is known whether the file is there: the file or tree wanted, or the refusal to send.
std::variant<FileRequest, TreeRequest, HttpStatus> plan_request(const HttpRequest& request);

}  // namespace gnutella::transfer
