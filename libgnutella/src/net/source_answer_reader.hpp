#pragma once

#include "transfer/source_answer.hpp"

#include <gnutella/error.hpp>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>

namespace gnutella::net {

/// Beast's parser, for the heads of answers; bodies are not left to it.
using AnswerParser = boost::beast::http::response_parser<boost::beast::http::empty_body>;

void prepare(AnswerParser& parser, std::size_t max_header);

/// What counts of a head that was read. Valid as long as the parser.
transfer::SourceAnswer describe(const AnswerParser& parser);

/// Whether another request may follow on the connection over which HEAD was answered so. Some have a body where none
/// belongs.
bool goes_on_after_head(const AnswerParser& parser);

/// What a connection's error means to who downloads: source_answer when it is Beast that does not understand, else
/// source_closed; errors of the library and operation_aborted stay what they are.
error_code explain(const error_code& error);

}  // namespace gnutella::net
