#include "net/http_request_reader.hpp"
#include "require.hpp"
#include "transfer/available_ranges.hpp"
#include "transfer/http_response.hpp"

#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

// The head of a request, as a connection reads it:
// - what cannot be read is refused, or means that there is nobody to answer;
// - what is planned stays within the file, and the answer is one well-formed head, whatever the request said;
// - a client that reads the answer as we read others' takes the bytes for what was asked.

namespace gnutella {
namespace {

const Urn urn = Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB").value();

void check_head(const std::string& head) {
    require(head.starts_with("HTTP/1.1 "), "a status line");
    require(head.find("\r\n\r\n") == head.size() - 4, "one head, and no more");
    for (std::size_t at = 0; at < head.size(); ++at) {
        require(head[at] != '\n' || head[at - 1] == '\r', "no bare line feed");
        require(head[at] != '\0', "no zero");
    }
}

void check_file_answer(const transfer::FileRequest& wanted, transfer::Persistence persistence, std::string name) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 40}) {
        SharedFile file;
        file.name = name;
        file.size = size;
        file.urn = urn;
        const auto response =
            transfer::answer_with_file(wanted, file, persistence, {"agent", std::chrono::system_clock::time_point{}});
        check_head(response.head);
        require(response.body.first <= size && response.body.length <= size - response.body.first,
                "the body lies within the file");
        require(wanted.method == transfer::HttpMethod::get || response.body.length == 0, "no body for HEAD");
        const bool partial = response.status == transfer::HttpStatus::partial_content;
        require(partial || response.status == transfer::HttpStatus::ok ||
                    response.status == transfer::HttpStatus::range_not_satisfiable,
                "200, 206 or 416");
        if (partial) {
            const auto content =
                transfer::parse_content_range(transfer::content_range_text(response.body, size)).value();
            require(content.range == response.body && content.size == size, "what is written is read");
        }
    }
}

// Of a file on its way here nothing is sent that is not verified.
void check_part_answer(const transfer::FileRequest& wanted, transfer::Persistence persistence) {
    transfer::PartialFile file;
    file.size = 1000;
    file.urn = urn;
    file.verified = {{100, 200}, {600, 1}};
    const auto response =
        transfer::answer_with_part(wanted, file, persistence, {"agent", std::chrono::system_clock::time_point{}});
    check_head(response.head);
    if (response.body.length > 0) {
        require(transfer::available_part(response.body, file.verified) == response.body, "what is sent is verified");
    }
}

}  // namespace
}  // namespace gnutella

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    net::RequestParser parser;
    parser.header_limit(2048);
    parser.eager(false);
    error_code error;
    parser.put(boost::asio::buffer(data, size), error);
    if (error || !parser.is_header_done()) {
        const auto refusal = net::refusal_of(error);
        require(!refusal || *refusal == transfer::HttpStatus::bad_request ||
                    *refusal == transfer::HttpStatus::header_too_large,
                "400, 431 or nothing");
        return 0;
    }
    const transfer::HttpRequest request = net::describe(parser);
    const auto plan = transfer::plan_request(request);
    if (const auto* wanted = std::get_if<transfer::FileRequest>(&plan)) {
        if (const auto* indexed = std::get_if<transfer::IndexedFile>(&wanted->file)) {
            require(transfer::parse_indexed_target(transfer::target_of(*indexed)) == *indexed,
                    "a number and a name are read as they are written");
        }
        check_file_answer(*wanted, request.persistence, std::string(request.range) + std::string(request.if_range));
        check_part_answer(*wanted, request.persistence);
        return 0;
    }
    if (const auto* wanted = std::get_if<transfer::TreeRequest>(&plan)) {
        const auto response = transfer::answer_with_tree(*wanted, 1000, request.persistence,
                                                         {"agent", std::chrono::system_clock::time_point{}});
        check_head(response.head);
        return 0;
    }
    if (const auto* wanted = std::get_if<transfer::BrowseRequest>(&plan)) {
        check_head(transfer::answer_with_listing(*wanted, request.persistence,
                                                 {"agent", std::chrono::system_clock::time_point{}})
                       .head);
        return 0;
    }
    if (const auto* wanted = std::get_if<transfer::PushProxyRequest>(&plan)) {
        require(wanted->port != 0 && !wanted->target.servent.is_nil(), "somebody to push, and somewhere to");
        return 0;
    }
    const auto refusal = transfer::refuse(std::get<transfer::HttpStatus>(plan), request.persistence,
                                          {"agent", std::chrono::system_clock::time_point{}});
    check_head(refusal.head);
    return 0;
}
