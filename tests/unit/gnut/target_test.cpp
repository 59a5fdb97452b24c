#include "target.hpp"
#include "usage_error.hpp"

#include <gtest/gtest.h>

namespace gnut {
namespace {

constexpr const char* sha1 = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";

TEST(Target, ANameIsTakenAsItIs) {
    EXPECT_EQ(std::get<std::string>(parse_target("urnal of a voyage.txt")), "urnal of a voyage.txt");
}

TEST(Target, AUrnIsReadInAnyCase) {
    EXPECT_EQ(std::get<gnutella::Urn>(parse_target("URN:SHA1:plsthipqgsszts5fjupakuzwugyqypfb")).to_string(), sha1);
}

TEST(Target, AMagnetLinkSaysNameSizeAndSources) {
    std::string link = "magnet:?xt=";
    link.append(sha1).append("&dn=a.txt&xl=12&xs=http://192.0.2.1:8025/uri-res/N2R?").append(sha1);
    const auto target = parse_target(link);
    const auto& magnet = std::get<gnutella::Magnet>(target);
    EXPECT_EQ(magnet.name, "a.txt");
    EXPECT_EQ(magnet.size, 12U);
    ASSERT_EQ(magnet.sources.size(), 1U);
    EXPECT_EQ(magnet.sources.front().to_string(), "192.0.2.1:8025");
}

TEST(Target, AMagnetLinkNamesTheFileWhereThatCanBe) {
    const std::string link = std::string("magnet:?xt=") + sha1 + "&dn=";
    EXPECT_EQ(file_name_of(parse_target(link + "a%20b.txt")), "a b.txt");
    EXPECT_EQ(file_name_of(parse_target(link + "..%20.hidden")), "hidden");
    EXPECT_EQ(file_name_of(parse_target(link + "...")), "");
    EXPECT_EQ(file_name_of(parse_target(link + std::string(201, 'n'))), "");
    EXPECT_EQ(file_name_of(parse_target(sha1)), "");
    EXPECT_EQ(file_name_of(Target(std::string("a.txt"))), "") << "its peers may write it otherwise";
}

TEST(Target, EachPeerOfAMagnetLinkIsNamedOnce) {
    std::string link = "magnet:?xt=";
    link.append(sha1).append("&xs=http://h:1/uri-res/N2R?").append(sha1);
    link += "&as=http://h:1/get/1/a&as=http://i:2/get/1/a&as=http://i:2/get/2/b";
    const std::vector<gnutella::Endpoint> both{{"h", 1}, {"i", 2}};
    EXPECT_EQ(peers_of(std::get<gnutella::Magnet>(parse_target(link))), both);
}

TEST(Target, WhatOnlyLooksLikeAUrnOrMagnetLinkIsWrong) {
    EXPECT_THROW(parse_target("urn:sha1:TOOSHORT"), UsageError);
    EXPECT_THROW(parse_target("magnet:?dn=a.txt"), UsageError);
    EXPECT_THROW(parse_target(""), UsageError);
}

TEST(Target, IsDescribedPrintably) {
    EXPECT_EQ(describe(Target(std::string("a\x1B.txt"))), "\"a\\x1B.txt\"");
    EXPECT_EQ(describe(parse_target(sha1)), sha1);
}

}  // namespace
}  // namespace gnut
