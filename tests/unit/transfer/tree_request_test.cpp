#include "transfer/tree_request.hpp"
#include "known_urn.hpp"
#include "transfer/request_target.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

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

}  // namespace
}  // namespace gnutella::transfer
