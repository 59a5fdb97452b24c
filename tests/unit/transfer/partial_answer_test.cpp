#include "known_urn.hpp"
#include "transfer/http_response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// What is answered for files that are still on their way here, and for trees.

namespace gnutella::transfer {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Answerer agent{"agent/1", {}};

PartialFile part_of_file() {
    PartialFile file;
    file.name = "report.pdf";
    file.size = 1'000;
    file.urn = urn;
    file.verified = {{0, 100}, {300, 100}};
    return file;
}

HttpResponse answer(std::optional<RangeRequest> range, const PartialFile& part = part_of_file(),
                    std::string if_range = {}) {
    return answer_with_part({HttpMethod::get, urn, range, std::move(if_range)}, part, Persistence::keep_alive, agent);
}

TEST(PartialAnswer, GivesWhatIsVerifiedFromTheFirstByteOn) {
    const auto response = answer(RangeRequest{350, 900, 0});
    EXPECT_EQ(response.status, HttpStatus::partial_content);
    EXPECT_EQ(response.body, (ByteRange{350, 50}));
    EXPECT_THAT(response.head, StartsWith("HTTP/1.1 206 "));
    EXPECT_THAT(response.head, HasSubstr("\r\nContent-Length: 50\r\n"));
    EXPECT_THAT(response.head, HasSubstr("\r\nContent-Range: bytes 350-399/1000\r\n"));
    EXPECT_THAT(response.head, HasSubstr("\r\nX-Available-Ranges: bytes 0-99,300-399\r\n"));
    EXPECT_THAT(response.head, HasSubstr("filename=\"report.pdf\""));
    EXPECT_THAT(response.head, HasSubstr("\r\nX-Gnutella-Content-URN: " + urn.to_string() + "\r\n"));
}

TEST(PartialAnswer, SaysWhatThereIsWhenTheFirstByteIsNot) {
    for (const std::uint64_t first : {100U, 299U, 400U, 5'000U}) {
        const auto response = answer(RangeRequest{first, std::nullopt, 0});
        EXPECT_EQ(response.status, HttpStatus::range_not_satisfiable) << first;
        EXPECT_EQ(response.body.length, 0U);
        EXPECT_THAT(response.head, HasSubstr("\r\nX-Available-Ranges: bytes 0-99,300-399\r\n"));
        EXPECT_THAT(response.head, HasSubstr("\r\nContent-Range: bytes */1000\r\n"));
    }
}

TEST(PartialAnswer, SendsNoPartToWhoWantsTheWhole) {
    const auto whole = answer(std::nullopt);
    EXPECT_EQ(whole.status, HttpStatus::service_unavailable);
    EXPECT_THAT(whole.head, HasSubstr("\r\nRetry-After: "));
    EXPECT_THAT(whole.head, HasSubstr("\r\nX-Available-Ranges: bytes 0-99,300-399\r\n"));
    EXPECT_EQ(whole.body.length, 0U);
    EXPECT_EQ(answer(RangeRequest{0, 9, 0}, part_of_file(), "\"another\"").status, HttpStatus::service_unavailable);
}

TEST(PartialAnswer, HasNoRangesWhereNothingIsVerified) {
    PartialFile empty = part_of_file();
    empty.verified.clear();
    const auto response = answer(RangeRequest{0, 9, 0}, empty);
    EXPECT_EQ(response.status, HttpStatus::range_not_satisfiable);
    EXPECT_THAT(response.head, Not(HasSubstr("X-Available-Ranges")));
}

TEST(FileAnswer, SaysWhereTheTreeIs) {
    SharedFile shared;
    shared.name = "a";
    shared.size = 5;
    shared.urn = urn;
    const FileRequest wanted{HttpMethod::get, urn, std::nullopt, {}};
    const std::array more{HeaderField{"X-Alt", "1.2.3.4:5"}};
    const auto head = answer_with_file(wanted, shared, Persistence::keep_alive, agent, more).head;
    EXPECT_THAT(head, HasSubstr("\r\nX-Thex-URI: /uri-res/N2X?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB;"
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nX-Alt: 1.2.3.4:5\r\n"));
    shared.urn = Urn(*urn.sha1());
    EXPECT_THAT(answer_with_file(wanted, shared, Persistence::keep_alive, agent).head, Not(HasSubstr("X-Thex-URI")));
}

TEST(TreeAnswer, IsADimeMessage) {
    const auto response = answer_with_tree({HttpMethod::get, urn}, 500, Persistence::close, agent);
    EXPECT_EQ(response.status, HttpStatus::ok);
    EXPECT_EQ(response.body, (ByteRange{0, 500}));
    EXPECT_THAT(response.head, HasSubstr("\r\nContent-Type: application/dime\r\n"));
    EXPECT_THAT(response.head, HasSubstr("\r\nContent-Length: 500\r\n"));
    EXPECT_EQ(answer_with_tree({HttpMethod::head, urn}, 500, Persistence::close, agent).body.length, 0U);
}

TEST(Refusal, SaysWhenToComeAgainOnce) {
    EXPECT_THAT(refuse(HttpStatus::service_unavailable, Persistence::keep_alive, agent).head,
                HasSubstr("\r\nRetry-After: 10\r\n"));
    const std::array more{HeaderField{"Retry-After", "45"}, HeaderField{"X-Queue", "position=1"}};
    const auto head = refuse(HttpStatus::service_unavailable, Persistence::keep_alive, agent, more).head;
    EXPECT_THAT(head, HasSubstr("\r\nRetry-After: 45\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nX-Queue: position=1\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Retry-After: 10")));
}

}  // namespace
}  // namespace gnutella::transfer
