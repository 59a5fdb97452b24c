#pragma once

#include "transfer/byte_range.hpp"
#include "transfer/request_target.hpp"

#include <gnutella/guid.hpp>
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
    accepted = 202,
    partial_content = 206,
    bad_request = 400,
    not_found = 404,
    method_not_allowed = 405,
    not_acceptable = 406,
    gone = 410,
    range_not_satisfiable = 416,
    header_too_large = 431,
    service_unavailable = 503,
};

constexpr unsigned code(HttpStatus status) noexcept {
    return static_cast<unsigned>(status);
}

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
    /// The values of Accept and Accept-Encoding.
    std::string_view accept;
    std::string_view accept_encoding;
    /// The value of X-Node: where the asker listens.
    std::string_view node;
    /// Whether it understands a body in chunks, as everybody from HTTP/1.1 on does (RFC 9112, 6.1).
    enum class Chunks : std::uint8_t { understood, unknown } chunks = Chunks::understood;
    Persistence persistence = Persistence::keep_alive;
};

/// A file is wanted, if it is there: by what it is, or by its number here.
struct FileRequest {
    HttpMethod method = HttpMethod::get;
    std::variant<IndexedFile, Urn> file;
    std::optional<RangeRequest> range;
    /// The entity tag that the range is conditional on; empty: it is not.
    std::string if_range;
};

/// The tree of a file is wanted.
struct TreeRequest {
    HttpMethod method = HttpMethod::get;
    Urn urn;
};

/// All files are wanted, as a list ("Browse Host Protocol Proposal", 2).
struct BrowseRequest {
    enum class Form : std::uint8_t {
        packets,  ///< Query Hits, one behind another
        page,     ///< a page for a browser
    };
    enum class Coding : std::uint8_t { none, deflate };

    HttpMethod method = HttpMethod::get;
    Form form = Form::page;
    Coding coding = Coding::none;
    HttpRequest::Chunks chunks = HttpRequest::Chunks::understood;
};

/// One of our neighbours, which the asker cannot connect to, is to connect to him ("Push Proxy", 5).
struct PushProxyRequest {
    PushProxyTarget target;
    /// Where he listens.
    std::uint16_t port = 0;
};

using RequestPlan = std::variant<FileRequest, TreeRequest, BrowseRequest, PushProxyRequest, HttpStatus>;

/// What a request means, before it is known whether the file is there: what is wanted, or the refusal to send.
RequestPlan plan_request(const HttpRequest& request);

}  // namespace gnutella::transfer
