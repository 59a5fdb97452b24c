#pragma once

#include "transfer/http_request.hpp"
#include "transfer/partial_files.hpp"

#include <gnutella/shared_file.hpp>

#include <chrono>
#include <span>
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
    /// The bytes of the file, or of the tree, that follow the head; none for HEAD and for refusals.
    ByteRange body;
};

/// What an answer says besides.
struct HeaderField {
    std::string_view name;
    std::string value;
};

/// The answer to a request for a file that is there: 200, 206 or 416. The name goes into Content-Disposition.
HttpResponse answer_with_file(const FileRequest& wanted, const SharedFile& file, Persistence persistence,
                              const Answerer& answerer, std::span<const HeaderField> more = {});

/// The answer to a request for a file that is still on its way here: 206 with as much as is verified of what is wanted,
/// from its first byte on; 416 when that byte is not, and 503 to who wants the whole file. Each says what there is
/// (X-Available-Ranges).
HttpResponse answer_with_part(const FileRequest& wanted, const PartialFile& file, Persistence persistence,
                              const Answerer& answerer, std::span<const HeaderField> more = {});

/// The answer to a request for a tree that is there, as a DIME message of that size, which the caller sends after it.
HttpResponse answer_with_tree(const TreeRequest& wanted, std::uint64_t size, Persistence persistence,
                              const Answerer& answerer);

/// The head of the answer to browse host. What follows is for BrowseListing, which knows how it is framed.
/// @param persistence close for who does not understand chunks: the end of the connection is that of the list.
HttpResponse answer_with_listing(const BrowseRequest& wanted, Persistence persistence, const Answerer& answerer);

/// The answer to a request that gets nothing, or nothing but a 202. A 503 says when to come again, unless `more` does.
HttpResponse refuse(HttpStatus status, Persistence persistence, const Answerer& answerer,
                    std::span<const HeaderField> more = {});

/// The value of a Content-Disposition header that saves under that name (RFC 6266): `attachment; filename="..."` in
/// ASCII for old clients, and `filename*=UTF-8''...` (RFC 8187) for the name as it is.
std::string content_disposition(std::string_view name);

/// The strong entity tag of a file: its SHA-1, in quotes.
std::string entity_tag(const Urn& urn);

/// A time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
std::string http_date(std::chrono::system_clock::time_point time);

}  // namespace gnutella::transfer
