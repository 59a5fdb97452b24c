#include "transfer/source_claims.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

const std::string root_text = "LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ";
const TigerRoot root = *Urn::parse("urn:tree:tiger/:" + root_text)->tiger();
const std::string claimed_sha1 = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";

TEST(ThexRoot, StandsBehindTheLastSemicolon) {
    EXPECT_EQ(parse_thex_root("/uri-res/N2X?" + claimed_sha1 + ";" + root_text), root);
    EXPECT_EQ(parse_thex_root("/gnutella/tigertree/v3?a;b ; " + root_text + " "), root);
    for (const std::string& none : {std::string(), root_text, "/x;" + root_text + "A", std::string("/x;"),
                                    "/x;" + root_text.substr(1), "/x;1" + root_text.substr(1)}) {
        EXPECT_EQ(parse_thex_root(none), std::nullopt) << none;
    }
}

TEST(SourceClaims, AreThoseOfAnswersThatAreAboutTheFile) {
    SourceAnswer answer;
    const std::string bitprint = "urn:bitprint:" + claimed_sha1.substr(9) + "." + root_text;
    answer.content_urn = bitprint;
    for (const unsigned status : {200U, 206U, 503U}) {
        answer.status = status;
        EXPECT_EQ(claims_of(answer).urn, Urn::parse(bitprint));
        EXPECT_EQ(claims_of(answer).root, root);
    }
    answer.status = 404;
    EXPECT_EQ(claims_of(answer).urn, std::nullopt);
    EXPECT_EQ(claims_of(answer).root, std::nullopt);
}

TEST(SourceClaims, AreAskedForByHeadAlone) {
    Hit hit;
    hit.name = "a b";
    hit.index = 3;
    hit.source = {"h", 1};
    EXPECT_TRUE(inquiry_head(hit, "agent").starts_with("HEAD /get/3/a%20b HTTP/1.1\r\nHost: h:1\r\n"));
    hit.urn = Urn::parse(claimed_sha1);
    EXPECT_TRUE(inquiry_head(hit, "agent").starts_with("HEAD /uri-res/N2R?" + claimed_sha1 + " HTTP/1.1\r\n"));
    EXPECT_TRUE(inquiry_head(hit, "agent").ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace gnutella::transfer
