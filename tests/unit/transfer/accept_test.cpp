#include "transfer/accept.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

TEST(Accept, NamesAType) {
    EXPECT_TRUE(names_media_type("text/html, application/x-gnutella-packets", "application/x-gnutella-packets"));
    EXPECT_TRUE(names_media_type("Text/HTML ;charset=utf-8", "text/html"));
    EXPECT_FALSE(names_media_type("*/*", "text/html"));
    EXPECT_FALSE(names_media_type("text/html;q=0", "text/html"));
    EXPECT_FALSE(names_media_type("text/html; q=0.00", "text/html"));
    EXPECT_TRUE(names_media_type("text/html;q=0.1", "text/html"));
    EXPECT_FALSE(names_media_type("", "text/html"));
}

TEST(Accept, TakesEverythingWhenItSaysNothing) {
    EXPECT_TRUE(accepts_media_type("", "text/html"));
    EXPECT_TRUE(accepts_media_type("  ", "text/html"));
}

TEST(Accept, TakesWhatAPatternMeans) {
    EXPECT_TRUE(accepts_media_type("image/png, */*;q=0.5", "text/html"));
    EXPECT_TRUE(accepts_media_type("text/*", "text/html"));
    EXPECT_FALSE(accepts_media_type("image/*, application/x-gnutella2", "text/html"));
    EXPECT_FALSE(accepts_media_type("*/*;q=0", "text/html"));
    EXPECT_FALSE(accepts_media_type("text/html;q=0, */*", "text/html")) << "the more specific counts";
}

TEST(AcceptEncoding, HasToBeSaid) {
    EXPECT_TRUE(accepts_coding("gzip, deflate, br", "deflate"));
    EXPECT_FALSE(accepts_coding("", "deflate"));
    EXPECT_FALSE(accepts_coding("deflate;q=0", "deflate"));
    EXPECT_FALSE(accepts_coding("*", "deflate")) << "who wants it says so";
}

}  // namespace
}  // namespace gnutella::transfer
