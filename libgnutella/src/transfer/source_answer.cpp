#include "transfer/source_answer.hpp"

#include "transfer/http_request.hpp"
#include "transfer/request_target.hpp"

#include <algorithm>

namespace gnutella::transfer {

namespace {

bool is_another_file(std::string_view content_urn, const Urn& wanted) {
    const auto urn = Urn::parse(content_urn);
    const bool comparable = urn && ((urn->sha1() && wanted.sha1()) || (urn->tiger() && wanted.tiger()));
    return comparable && !urn->same_file(wanted);
}

std::variant<BodyPlan, Error> check_whole(const SourceAnswer& answer, const PieceRequest& request) {
    if (answer.content_length && *answer.content_length != request.size) {
        return Error::size_mismatch;
    }
    return BodyPlan{request.first, request.bytes()};
}

std::variant<BodyPlan, Error> check_piece(const SourceAnswer& answer, const PieceRequest& request) {
    const auto content = parse_content_range(answer.content_range);
    if (!content || !content->range) {
        return Error::source_answer;
    }
    if (content->size && *content->size != request.size) {
        return Error::size_mismatch;
    }
    const ByteRange& range = *content->range;
    if (range.first != request.first || range.length > request.bytes() ||
        (answer.content_length && *answer.content_length != range.length)) {
        return Error::source_answer;
    }
    return BodyPlan{0, range.length};
}

// The bytes asked for are not there: the source's file is shorter, or it cannot count.
Error explain_unsatisfiable(const SourceAnswer& answer, const PieceRequest& request) {
    const auto content = parse_content_range(answer.content_range);
    return content && content->size && *content->size != request.size ? Error::size_mismatch : Error::source_answer;
}

std::string target_of(const PieceRequest& request) {
    return request.indexed ? transfer::target_of(*request.indexed) : transfer::target_of(request.urn);
}

}  // namespace

std::string request_line_and_names(std::string_view target, std::string_view host, std::string_view agent) {
    std::string head = "GET " + std::string(target) + " HTTP/1.1\r\nHost: ";
    head += host;
    head += "\r\nUser-Agent: ";
    for (const char letter : agent) {
        head += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F ? ' ' : letter;
    }
    head += "\r\n";
    return head;
}

std::string request_head(const PieceRequest& request, std::string_view host, std::string_view agent) {
    const std::uint64_t last = request.first + request.bytes() - 1;
    // Who says nothing of queues is told nothing of his place in one.
    return request_line_and_names(target_of(request), host, agent) + "X-Queue: 0.1\r\n" +
           "Range: bytes=" + std::to_string(request.first) + "-" + std::to_string(last) + "\r\n" + request.fields +
           "\r\n";
}

std::string presence_request_head(const PieceRequest& request, std::string_view host, std::string_view agent) {
    return request_line_and_names(target_of(request), host, agent).replace(0, 3, "HEAD") + request.fields + "\r\n";
}

std::optional<std::uint64_t> size_told(const SourceAnswer& answer) {
    if (const auto content = parse_content_range(answer.content_range)) {
        return content->size;
    }
    const bool is_whole = answer.status == code(HttpStatus::ok) && answer.transfer_encoding.empty();
    return is_whole ? answer.content_length : std::nullopt;
}

std::variant<BodyPlan, Error> check_answer(const SourceAnswer& answer, const PieceRequest& request) {
    if (const auto absence = check_presence(answer)) {
        return *absence;
    }
    switch (answer.status) {
        case code(HttpStatus::range_not_satisfiable):
            return explain_unsatisfiable(answer, request);
        case code(HttpStatus::ok):
        case code(HttpStatus::partial_content):
            break;
        default:  // redirections too: a hit's peer does not get to choose where else we connect
            return Error::source_answer;
    }
    // Nobody needs an encoding for a file of known size, and what is encoded cannot be counted by Content-Length.
    if (!answer.transfer_encoding.empty()) {
        return Error::source_answer;
    }
    if (is_another_file(answer.content_urn, request.urn)) {
        return Error::hash_mismatch;
    }
    return answer.status == code(HttpStatus::ok) ? check_whole(answer, request) : check_piece(answer, request);
}

std::optional<Error> check_presence(const SourceAnswer& answer) {
    switch (answer.status) {
        case code(HttpStatus::not_found):
        case code(HttpStatus::gone):
            return Error::source_lacks_file;
        case code(HttpStatus::service_unavailable):
            return Error::source_busy;
        default:
            return std::nullopt;
    }
}

}  // namespace gnutella::transfer
