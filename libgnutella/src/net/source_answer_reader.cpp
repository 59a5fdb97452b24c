#include "net/source_answer_reader.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/optional.hpp>

#include <string_view>

namespace gnutella::net {

namespace http = boost::beast::http;

void prepare(AnswerParser& parser, std::size_t max_header) {
    parser.header_limit(static_cast<std::uint32_t>(max_header));
    parser.body_limit(boost::none);  // files are longer than what Beast thinks of
}

transfer::SourceAnswer describe(const AnswerParser& parser) {
    const auto& head = parser.get();
    const auto value = [&head](auto name) -> std::string_view {
        const auto text = head[name];
        return {text.data(), text.size()};
    };
    transfer::SourceAnswer answer;
    answer.status = head.result_int();
    if (const auto length = parser.content_length()) {
        answer.content_length = *length;
    }
    answer.content_range = value(http::field::content_range);
    answer.transfer_encoding = value(http::field::transfer_encoding);
    answer.content_urn = value("X-Gnutella-Content-URN");
    answer.x_queue = value("X-Queue");
    if (answer.x_queue.empty()) {
        answer.x_queue = value("X-Queued");
    }
    answer.retry_after = value(http::field::retry_after);
    answer.available_ranges = value("X-Available-Ranges");
    answer.thex_uri = value("X-Thex-URI");
    answer.alternates = value("X-Alt");
    answer.quic_alternates = value("X-Alt-Quic");
    answer.former_alternates = value("X-NAlt");
    return answer;
}

bool goes_on_after_head(const AnswerParser& parser) {
    const transfer::SourceAnswer answer = describe(parser);
    return parser.get().keep_alive() && (answer.status / 100 == 2 || answer.content_length == 0);
}

error_code explain(const error_code& error) {
    static const auto& http_errors = make_error_code(http::error::end_of_stream).category();
    if (!error || error.category() == error_category() || error == boost::asio::error::operation_aborted) {
        return error;
    }
    const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
    return error.category() == http_errors && !ended ? Error::source_answer : Error::source_closed;
}

}  // namespace gnutella::net
