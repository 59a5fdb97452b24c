#include "wire/json_decoder.hpp"

#include "wire/json_collector.hpp"
#include "wire/json_message.hpp"
#include "wire/json_scanner.hpp"

#include <boost/json/basic_parser_impl.hpp>

namespace gnutella::wire {

namespace {

constexpr bool is_white_space(char letter) {  // RFC 8259, 2
    return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

std::size_t white_space_at_front(std::string_view bytes) {
    std::size_t length = 0;
    while (length < bytes.size() && is_white_space(bytes[length])) {
        ++length;
    }
    return length;
}

boost::json::parse_options parse_options_for(const DecodeLimits& limits) {
    boost::json::parse_options options;
    options.max_depth = limits.max_nesting;
    return options;
}

}  // namespace

struct JsonDecoder::State {
    explicit State(const DecodeLimits& limits)
        : scanner(limits.max_message_size, limits.max_nesting),
          parser(parse_options_for(limits), limits.max_hosts, limits.max_results) {}

    JsonScanner scanner;
    boost::json::basic_parser<JsonCollector> parser;
};

JsonDecoder::JsonDecoder(DecodeLimits limits) : state_(std::make_unique<State>(limits)) {}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

JsonDecoder::Step JsonDecoder::next(std::string_view bytes, std::pmr::memory_resource& memory, Message& out) {
    const std::size_t skipped = white_space_at_front(bytes);
    bytes.remove_prefix(skipped);
    JsonScanner& scanner = state_->scanner;
    switch (scanner.scan(bytes)) {
        case JsonScanner::Found::incomplete:
            return {.outcome = Outcome::incomplete, .consumed = skipped};
        case JsonScanner::Found::no_object:
            return {.outcome = Outcome::malformed, .consumed = skipped, .problem = Malformed::not_json};
        case JsonScanner::Found::too_large:
            return {.outcome = Outcome::malformed, .consumed = skipped, .problem = Malformed::too_large};
        case JsonScanner::Found::too_deep:
            return {.outcome = Outcome::malformed, .consumed = skipped, .problem = Malformed::too_deep};
        case JsonScanner::Found::end:
            break;
    }
    const std::size_t length = scanner.length();
    scanner.reset();
    Step step = decode_object(bytes.substr(0, length), memory, out);
    step.consumed = skipped + length;
    return step;
}

JsonDecoder::Step JsonDecoder::decode_object(std::string_view object, std::pmr::memory_resource& memory, Message& out) {
    JsonLists lists(memory);
    auto& parser = state_->parser;
    parser.reset();
    parser.handler().begin(object, memory, lists);
    boost::json::error_code error;
    const std::size_t parsed = parser.write_some(false, object.data(), object.size(), error);
    if (error || parsed != object.size()) {
        return {.outcome = Outcome::malformed, .problem = Malformed::not_json};
    }
    return read_message(object, parser.handler(), lists, out);
}

}  // namespace gnutella::wire
