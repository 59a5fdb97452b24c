#include "transfer/giv.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

const std::string digits = "0123456789ABCDEFfedcba9876543210";

Guid servent() {
    return parse_giv("GIV 0:" + digits + "/").value().servent;
}

TEST(Giv, SaysWhoComesAndForWhat) {
    const auto giv = parse_giv("GIV 36:" + digits + "/spelling list.txt");
    ASSERT_TRUE(giv);
    EXPECT_EQ(giv->index, 36U);
    EXPECT_EQ(giv->name, "spelling list.txt");
    EXPECT_EQ(giv->servent.bytes[0], 0x01);
    EXPECT_EQ(giv->servent.bytes[15], 0x10);
}

TEST(Giv, NeedsNoName) {
    EXPECT_EQ(parse_giv("GIV 0:" + digits + "/").value().name, "");
}

TEST(Giv, OfAnIndexBeyondOursStillNamesTheServent) {
    EXPECT_EQ(parse_giv("GIV 4141414141:" + digits + "/")->servent, servent());
}

TEST(Giv, IsNothingElse) {
    for (const std::string& line :
         {std::string(), std::string("GIV "), "GIV :" + digits + "/", "GIV x:" + digits + "/", "GIV -1:" + digits + "/",
          "GIV 1:" + digits, "GIV 1/" + digits + ":", "GIV 1:" + digits + "0/", "GIV 1:" + digits.substr(1) + "/",
          "GIV 1:g" + digits.substr(1) + "/", "GIV 99999999999999999999:" + digits + "/", "giv 1:" + digits + "/",
          "GIV 1:" + std::string(32, '0') + "/", "GET /1:" + digits + "/"}) {
        EXPECT_FALSE(parse_giv(line)) << line;
    }
}

TEST(Giv, IsReadAsItIsWritten) {
    const std::string text = giv_text({7, servent(), "a name"});
    EXPECT_EQ(text, "GIV 7:0123456789ABCDEFFEDCBA9876543210/a name\n\n");
    EXPECT_EQ(parse_giv(text.substr(0, text.size() - 2)), (Giv{7, servent(), "a name"}));
}

TEST(Giv, IsOneLineWhateverTheName) {
    EXPECT_EQ(giv_text({1, servent(), "a\nGET / HTTP/1.1\r\n"}).find("\n\n"),
              giv_text({1, servent(), "a"}).size() + std::string("GET / HTTP/1.1").size() - 2);
    EXPECT_TRUE(giv_text({1, servent(), ""}).ends_with("/file\n\n")) << "some want a name";
}

TEST(Giv, EndsWithAnEmptyLine) {
    EXPECT_EQ(find_end_of_giv("GIV 1:x/y\n\n"), 11U);
    EXPECT_EQ(find_end_of_giv("GIV 1:x/y\r\n\r\nrest"), 13U);
    EXPECT_EQ(find_end_of_giv("GIV 1:x/y\n\r\n"), 12U);
    EXPECT_EQ(find_end_of_giv("GIV 1:x/y\n"), std::nullopt);
    EXPECT_EQ(find_end_of_giv("GIV 1:x/y"), std::nullopt);
    EXPECT_EQ(find_end_of_giv("GIV 1:x/y\n\r"), std::nullopt);
}

}  // namespace
}  // namespace gnutella::transfer
