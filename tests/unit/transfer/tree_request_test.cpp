#include "transfer/tree_request.hpp"
#include "known_urn.hpp"
#include "transfer/request_target.hpp"
#include "transfer/thex.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::transfer {
namespace {

constexpr std::uint64_t size = 10'000'000;

SourceAnswer answer(unsigned status, std::optional<std::uint64_t> length, std::string_view transfer_encoding = {}) {
    SourceAnswer answer;
    answer.status = status;
    answer.content_length = length;
    answer.transfer_encoding = transfer_encoding;
    return answer;
}

Error refusal(const SourceAnswer& answer) {
    return std::get<Error>(check_tree_answer(answer, size));
}

TEST(TreeTarget, NamesTheFileByItsSha1) {
    EXPECT_EQ(tree_target_of(urn), "/uri-res/N2X?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
    EXPECT_EQ(thex_uri_of(urn),
              "/uri-res/N2X?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

TEST(TreeTarget, IsReadAsItIsWrittenWithTheRootOrWithout) {
    const Urn by_sha1(*urn.sha1());
    EXPECT_EQ(parse_tree_target(tree_target_of(urn)), by_sha1);
    EXPECT_EQ(parse_tree_target(thex_uri_of(urn)), by_sha1);
    EXPECT_EQ(parse_tree_target("/URI-RES/n2x?urn%3Asha1%3APLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"), by_sha1);
}

TEST(TreeTarget, IsNotThatOfTheFile) {
    EXPECT_FALSE(parse_tree_target(target_of(urn)));
    EXPECT_FALSE(parse_target(tree_target_of(urn)));
    EXPECT_FALSE(parse_tree_target("/uri-res/N2X?"));
    EXPECT_FALSE(parse_tree_target("/uri-res/N2X?;"));
}

TEST(TreeRequest, AsksWithAHead) {
    EXPECT_EQ(tree_request_head(urn, "1.2.3.4:5", "agent\r\n/1"),
              "GET /uri-res/N2X?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB HTTP/1.1\r\n"
              "Host: 1.2.3.4:5\r\nUser-Agent: agent  /1\r\n\r\n");
}

TEST(TreeRequest, ReadsAsMuchAsTheAnswerSays) {
    EXPECT_EQ(std::get<std::uint64_t>(check_tree_answer(answer(200, 5'000), size)), 5'000U);
    EXPECT_EQ(std::get<std::uint64_t>(check_tree_answer(answer(200, std::nullopt, "Chunked"), size)),
              max_thex_size(size));
}

TEST(TreeRequest, ReadsNothingThatIsNoTree) {
    EXPECT_EQ(refusal(answer(404, 0)), Error::source_lacks_file);
    EXPECT_EQ(refusal(answer(410, 0)), Error::source_lacks_file);
    EXPECT_EQ(refusal(answer(503, 0)), Error::source_busy);
    EXPECT_EQ(refusal(answer(302, 0)), Error::source_answer);
    EXPECT_EQ(refusal(answer(206, 100)), Error::source_answer);
    EXPECT_EQ(refusal(answer(200, std::nullopt)), Error::source_answer) << "of no known length";
    EXPECT_EQ(refusal(answer(200, 100, "gzip")), Error::source_answer);
    EXPECT_EQ(refusal(answer(200, max_thex_size(size) + 1)), Error::source_answer);
}

}  // namespace
}  // namespace gnutella::transfer
