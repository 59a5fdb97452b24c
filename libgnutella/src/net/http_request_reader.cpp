#include "net/http_request_reader.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

namespace gnutella::net {

namespace http = boost::beast::http;

namespace {

template <class Name>  // http::field, or the text of one that Beast does not know
std::string_view only_value(const http::fields& fields, Name name) {
    const auto [first, last] = fields.equal_range(name);
    if (first == last || std::next(first) != last) {
        return {};
    }
    const auto value = first->value();
    return {value.data(), value.size()};
}

// Of fields that are lists the first counts: who writes several of them has more to say than we want to hear.
template <class Name>
std::string_view first_value(const http::fields& fields, Name name) {
    const auto place = fields.find(name);
    if (place == fields.end()) {
        return {};
    }
    const auto value = place->value();
    return {value.data(), value.size()};
}

transfer::HttpMethod method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return transfer::HttpMethod::get;
        case http::verb::head:
            return transfer::HttpMethod::head;
        default:
            return transfer::HttpMethod::other;
    }
}

transfer::Persistence persistence_of(const RequestParser& parser) {
    // A body is not read, so what follows it cannot be found: nothing of it must be taken for a request.
    if (!parser.is_done() || !parser.get().keep_alive()) {
        return transfer::Persistence::close;
    }
    return parser.get().version() < 11 ? transfer::Persistence::announce_keep_alive : transfer::Persistence::keep_alive;
}

}  // namespace

transfer::HttpRequest describe(const RequestParser& parser) {
    const auto& head = parser.get();
    const auto target = head.target();
    transfer::HttpRequest request;
    request.method = method_of(head.method());
    request.target = {target.data(), target.size()};
    request.range = only_value(head, http::field::range);
    request.if_range = only_value(head, http::field::if_range);
    request.alternates = first_value(head, boost::beast::string_view("X-Alt"));
    request.former_alternates = first_value(head, boost::beast::string_view("X-NAlt"));
    request.quic_alternates = first_value(head, boost::beast::string_view("X-Alt-Quic"));
    request.accept = first_value(head, http::field::accept);
    request.accept_encoding = first_value(head, http::field::accept_encoding);
    request.node = only_value(head, boost::beast::string_view("X-Node"));
    if (head.version() < 11) {
        request.chunks = transfer::HttpRequest::Chunks::unknown;
    }
    request.persistence = persistence_of(parser);
    return request;
}

std::optional<transfer::HttpStatus> refusal_of(const error_code& error) {
    static const auto& http_errors = make_error_code(http::error::end_of_stream).category();
    if (error.category() != http_errors || error == http::error::end_of_stream ||
        error == http::error::partial_message) {
        return std::nullopt;
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return transfer::HttpStatus::header_too_large;
    }
    return transfer::HttpStatus::bad_request;
}

}  // namespace gnutella::net
