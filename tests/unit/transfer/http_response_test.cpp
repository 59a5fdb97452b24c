#include "transfer/http_response.hpp"
#include "known_urn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace gnutella::transfer {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string tag = "\"PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\"";

SharedFile file_of(std::uint64_t size) {
    SharedFile file;
    file.name = "report.pdf";
    file.path = "/home/somebody/secret/report.pdf";
    file.size = size;
    file.urn = urn;
    return file;
}

Answerer answerer() {
    return {"agent/1", std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + std::chrono::hours(8) +
                           std::chrono::minutes(49) + std::chrono::seconds(37)};
}

FileRequest wanted(std::optional<RangeRequest> range = {}, std::string if_range = {}) {
    return {HttpMethod::get, urn, range, std::move(if_range)};
}

struct Head {
    std::string status_line;
    std::map<std::string, std::string> fields;
    std::size_t count = 0;
};

Head head_of(const std::string& text) {
    Head head;
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
    std::size_t at = text.find("\r\n");
    head.status_line = text.substr(0, at);
    for (at += 2; at + 2 < text.size();) {
        const std::size_t end = text.find("\r\n", at);
        const std::string line = text.substr(at, end - at);
        const std::size_t colon = line.find(": ");
        EXPECT_NE(colon, std::string::npos) << line;
        head.fields[line.substr(0, colon)] = line.substr(colon + 2);
        ++head.count;
        at = end + 2;
    }
    EXPECT_EQ(head.count, head.fields.size()) << "a field twice";
    return head;
}

TEST(HttpResponse, SendsTheWholeFileWithAllThatIsKnownOfIt) {
    const auto response = answer_with_file(wanted(), file_of(1000), Persistence::keep_alive, answerer());
    EXPECT_EQ(response.body, (ByteRange{0, 1000}));
    auto head = head_of(response.head);
    EXPECT_EQ(head.status_line, "HTTP/1.1 200 OK");
    EXPECT_EQ(head.fields["Content-Length"], "1000");
    EXPECT_EQ(head.fields["Accept-Ranges"], "bytes");
    EXPECT_EQ(head.fields["Content-Type"], "application/octet-stream");
    EXPECT_EQ(head.fields["X-Content-Type-Options"], "nosniff");
    EXPECT_EQ(head.fields["Content-Disposition"], "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf");
    EXPECT_EQ(head.fields["ETag"], tag);
    EXPECT_EQ(head.fields["X-Gnutella-Content-URN"], urn.to_string());
    EXPECT_EQ(head.fields["Server"], "agent/1");
    EXPECT_EQ(head.fields["Date"], "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_FALSE(head.fields.contains("Connection"));
    EXPECT_FALSE(head.fields.contains("Content-Range"));
}

TEST(HttpResponse, NeverTellsWhereTheFileIs) {
    const auto response = answer_with_file(wanted(), file_of(1000), Persistence::keep_alive, answerer());
    EXPECT_THAT(response.head, Not(HasSubstr("somebody")));
}

TEST(HttpResponse, SendsARange) {
    const auto response =
        answer_with_file(wanted(RangeRequest{10, 19, 0}), file_of(1000), Persistence::keep_alive, answerer());
    EXPECT_EQ(response.status, HttpStatus::partial_content);
    EXPECT_EQ(response.body, (ByteRange{10, 10}));
    auto head = head_of(response.head);
    EXPECT_EQ(head.status_line, "HTTP/1.1 206 Partial Content");
    EXPECT_EQ(head.fields["Content-Length"], "10");
    EXPECT_EQ(head.fields["Content-Range"], "bytes 10-19/1000");
}

TEST(HttpResponse, SaysHowLongTheFileIsWhenARangeLiesOutside) {
    const auto response = answer_with_file(wanted(RangeRequest{1000, std::nullopt, 0}), file_of(1000),
                                           Persistence::keep_alive, answerer());
    EXPECT_EQ(response.body.length, 0);
    auto head = head_of(response.head);
    EXPECT_EQ(head.status_line, "HTTP/1.1 416 Range Not Satisfiable");
    EXPECT_EQ(head.fields["Content-Range"], "bytes */1000");
    EXPECT_EQ(head.fields["Content-Length"], "0");
}

TEST(HttpResponse, SendsARangeOnlyOfTheContentItIsConditionalOn) {
    const RangeRequest range{10, 19, 0};
    const auto status = [&](const char* if_range) {
        return answer_with_file(wanted(range, if_range), file_of(1000), Persistence::keep_alive, answerer()).status;
    };
    EXPECT_EQ(status(tag.c_str()), HttpStatus::partial_content);
    EXPECT_EQ(status("\"OTHER\""), HttpStatus::ok);
    EXPECT_EQ(status(("W/" + tag).c_str()), HttpStatus::ok) << "a weak tag never matches: RFC 9110, 13.1.5";
    EXPECT_EQ(status("Sun, 06 Nov 1994 08:49:37 GMT"), HttpStatus::ok);
}

TEST(HttpResponse, AnswersHeadAsGetWithoutABody) {
    FileRequest request = wanted();
    request.method = HttpMethod::head;
    const auto head_response = answer_with_file(request, file_of(1000), Persistence::keep_alive, answerer());
    EXPECT_EQ(head_response.body.length, 0);
    EXPECT_EQ(head_response.head, answer_with_file(wanted(), file_of(1000), Persistence::keep_alive, answerer()).head);
}

TEST(HttpResponse, SendsAnEmptyFile) {
    const auto whole = answer_with_file(wanted(), file_of(0), Persistence::keep_alive, answerer());
    EXPECT_EQ(whole.status, HttpStatus::ok);
    EXPECT_EQ(whole.body.length, 0);
    const auto first = wanted(RangeRequest{0, std::nullopt, 0});
    EXPECT_EQ(answer_with_file(first, file_of(0), Persistence::keep_alive, answerer()).status,
              HttpStatus::range_not_satisfiable);
    const auto tail = wanted(RangeRequest{std::nullopt, std::nullopt, 5});
    EXPECT_EQ(answer_with_file(tail, file_of(0), Persistence::keep_alive, answerer()).status, HttpStatus::ok);
}

TEST(HttpResponse, SaysWhetherTheConnectionGoesOn) {
    const auto connection = [](Persistence persistence) {
        return head_of(refuse(HttpStatus::not_found, persistence, answerer()).head).fields["Connection"];
    };
    EXPECT_EQ(connection(Persistence::keep_alive), "");
    EXPECT_EQ(connection(Persistence::announce_keep_alive), "keep-alive");
    EXPECT_EQ(connection(Persistence::close), "close");
}

TEST(HttpResponse, SaysWhatCanBeDoneAboutARefusal) {
    const auto fields = [](HttpStatus status) {
        return head_of(refuse(status, Persistence::keep_alive, answerer()).head).fields;
    };
    EXPECT_EQ(fields(HttpStatus::method_not_allowed)["Allow"], "GET, HEAD");
    EXPECT_EQ(fields(HttpStatus::service_unavailable)["Retry-After"], "10");
    EXPECT_EQ(fields(HttpStatus::not_found)["Content-Length"], "0");
}

TEST(HttpResponse, LetsNoNameAndNoAgentBeginAFieldOfItsOwn) {
    SharedFile file = file_of(1);
    file.name = "a\r\nX-Evil: 1\r\n\r\nbody\"; filename=\"b";
    Answerer evil = answerer();
    evil.agent = "agent\r\nX-Evil: 1";
    auto head = head_of(answer_with_file(wanted(), file, Persistence::keep_alive, evil).head);
    EXPECT_FALSE(head.fields.contains("X-Evil"));
    EXPECT_EQ(head.fields["Content-Disposition"],
              "attachment; filename=\"a__X-Evil: 1____body_; filename=_b\"; "
              "filename*=UTF-8''a%0D%0AX-Evil%3A%201%0D%0A%0D%0Abody%22%3B%20filename%3D%22b");
}

TEST(HttpResponse, WritesANameOfAnyLanguageAsRfc8187Says) {
    EXPECT_EQ(content_disposition("€ rates.txt"),
              "attachment; filename=\"___ rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt");
}

TEST(HttpResponse, ToBrowseSaysHowTheListIsFramed) {
    BrowseRequest request;
    request.form = BrowseRequest::Form::packets;
    request.coding = BrowseRequest::Coding::deflate;
    const Head packets = head_of(answer_with_listing(request, Persistence::keep_alive, answerer()).head);
    EXPECT_EQ(packets.status_line, "HTTP/1.1 200 OK");
    EXPECT_EQ(packets.fields.at("Content-Type"), "application/x-gnutella-packets");
    EXPECT_EQ(packets.fields.at("Content-Encoding"), "deflate");
    EXPECT_EQ(packets.fields.at("Transfer-Encoding"), "chunked");
    request = {};
    request.chunks = HttpRequest::Chunks::unknown;
    const Head page = head_of(answer_with_listing(request, Persistence::close, answerer()).head);
    EXPECT_EQ(page.fields.at("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.fields.at("Content-Security-Policy"), "default-src 'none'");
    EXPECT_EQ(page.fields.at("Connection"), "close");
    EXPECT_EQ(page.fields.count("Transfer-Encoding"), 0U);
}

}  // namespace
}  // namespace gnutella::transfer
