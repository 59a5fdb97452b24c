#pragma once

#include "transfer/http_request.hpp"

#include <gnutella/shared_file.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// What every answer of this node says of itself.
struct Answerer {
    /// Settings::agent.
    std::string_view agent;
    /// The time of the answer (RFC 9110, 6.6.1).
    std::chrono::system_clock::time_point now;
};

/// An answer, ready to be sent.
struct HttpResponse {
    HttpStatus status = HttpStatus::ok;
    /// Status line and header fields, with the empty line that ends them.
    std::string head;
    /// The bytes of the file that follow the head; none for HEAD and for refusals.
    ByteRange body;
};

/// The answer to a request for a file that is there: 200, 206 or 416. The name goes into Content-Disposition.
HttpResponse answer_with_file(const FileRequest& wanted, const SharedFile& file, Persistence persistence,
                              const Answerer& answerer);

/// The answer to a request that gets no file.
HttpResponse refuse(HttpStatus status, Persistence persistence, const Answerer& answerer);

/// The value of a Content-Disposition header that saves under that name (RFC 6266): `attachment; filename="..."` in
/// ASCII for old clients, and `filename*=UTF-8''...` (RFC 8187) for the name as it is.
std::string content_disposition(std::string_view name);

/// The strong entity tag of a file: its SHA-1, in quotes.
std::string entity_tag(const Urn& urn);

/// A time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
std::string http_date(std::chrono::system_clock::time_point time);

}  // namespace gnutella::transfer
