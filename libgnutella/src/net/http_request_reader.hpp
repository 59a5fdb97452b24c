#pragma once

#include "transfer/http_request.hpp"

#include <gnutella/error.hpp>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <optional>

namespace gnutella::net {

/// Beast's parser, for requests that have no body.
using RequestParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

/// What counts of a head that was read. Valid as long as the parser.
transfer::HttpRequest describe(const RequestParser& parser);

/// The answer to a head that could not be read; nullopt where there is nobody to answer, as when the connection ended.
std::optional<transfer::HttpStatus> refusal_of(const error_code& error);

}  // namespace gnutella::net
