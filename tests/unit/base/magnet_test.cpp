#include <gnutella/magnet.hpp>

#include <gtest/gtest.h>

namespace gnutella {
namespace {

const std::string sha1_urn = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";
const std::string other_sha1_urn = "urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ";
const std::string tiger_urn = "urn:tree:tiger/:LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ";
const std::string bitprint_urn =
    "urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ";

std::string name_of(const std::string& dn) {
    const auto magnet = Magnet::parse("magnet:?xt=" + sha1_urn + "&dn=" + dn);
    return magnet ? magnet->name : "(no magnet)";
}

std::vector<std::string> sources_of(const std::string& parameters) {
    std::vector<std::string> sources;
    if (const auto magnet = Magnet::parse("magnet:?xt=" + sha1_urn + parameters)) {
        for (const Endpoint& source : magnet->sources) {
            sources.push_back(source.to_string());
        }
    }
    return sources;
}

TEST(Magnet, ReadsAllItsParameters) {
    const auto magnet = Magnet::parse("magnet:?xt=" + bitprint_urn + "&dn=one%20two.txt&xl=12345" +
                                      "&xs=http://example.org:8025/uri-res/N2R?" + sha1_urn + "&kt=passed+over");
    ASSERT_TRUE(magnet);
    EXPECT_EQ(magnet->urn, Urn::parse(bitprint_urn));
    EXPECT_EQ(magnet->name, "one two.txt");
    EXPECT_EQ(magnet->size, 12345U);
    ASSERT_EQ(magnet->sources.size(), 1U);
    EXPECT_EQ(magnet->sources.front(), (Endpoint{"example.org", 8025}));
}

TEST(Magnet, ComesBackFromItsText) {
    Magnet magnet{*Urn::parse(bitprint_urn), "Bj\xC3\xB6rk & co + 100%?.mp3", 0, {}};
    magnet.sources = {{"example.org", 1}, {"192.0.2.7", 65535}, {"2001:db8::1", 8025}};
    magnet.numbered_sources = {{{"example.org", 1}, 0, "a.mp3"},
                               {{"2001:db8::1", 6346}, UINT32_MAX, "Bj\xC3\xB6rk & co + 100%?#.mp3"}};
    const auto again = Magnet::parse(magnet.to_string());
    ASSERT_TRUE(again) << magnet.to_string();
    EXPECT_EQ(again->urn, magnet.urn);
    EXPECT_EQ(again->name, magnet.name);
    EXPECT_EQ(again->size, magnet.size);
    EXPECT_EQ(again->sources, magnet.sources);
    EXPECT_EQ(again->numbered_sources, magnet.numbered_sources);
}

TEST(Magnet, IsWrittenAsOthersReadIt) {
    const Magnet magnet{*Urn::parse(sha1_urn), "a b", 3, {{"192.0.2.1", 6346}}};
    EXPECT_EQ(magnet.to_string(),
              "magnet:?xt=" + sha1_urn + "&dn=a%20b&xl=3&xs=http://192.0.2.1:6346/uri-res/N2R?" + sha1_urn);
    const Magnet numbered{*Urn::parse(sha1_urn), "", std::nullopt, {}, {{{"192.0.2.1", 6346}, 12, "a b"}}};
    EXPECT_EQ(numbered.to_string(), "magnet:?xt=" + sha1_urn + "&as=http://192.0.2.1:6346/get/12/a%2520b");
    const Magnet bare{*Urn::parse(tiger_urn), "", std::nullopt, {}};
    EXPECT_EQ(bare.to_string(), "magnet:?xt=" + tiger_urn);
}

TEST(Magnet, CombinesTheHashesOfOneFile) {
    const auto magnet = Magnet::parse("MAGNET:?xt.1=" + sha1_urn + "&xt.2=urn%3Atree%3Atiger%2F%3A" +
                                      tiger_urn.substr(tiger_urn.rfind(':') + 1) + "&xt.3=urn:btih:ABCDEF");
    ASSERT_TRUE(magnet);
    EXPECT_EQ(magnet->urn, Urn::parse(bitprint_urn));
}

TEST(Magnet, IsRefusedWhenItNamesNoFileOrSeveral) {
    for (const std::string& text :
         {std::string(), std::string("magnet:"), std::string("magnet:?"), "http:?xt=" + sha1_urn,
          "magnet:xt=" + sha1_urn, std::string("magnet:?dn=name"), std::string("magnet:?xt=urn:btih:ABCDEF"),
          "magnet:?xt=" + sha1_urn + "%", "magnet:?xt=" + sha1_urn + "&xt=" + other_sha1_urn, "magnet:?" + sha1_urn}) {
        EXPECT_FALSE(Magnet::parse(text)) << text;
    }
}

TEST(Magnet, IsReadUpToEightKibibytes) {
    std::string text = "magnet:?xt=" + sha1_urn + "&dn=";
    text.resize(8 * 1024, 'n');
    EXPECT_TRUE(Magnet::parse(text));
    EXPECT_FALSE(Magnet::parse(text + 'n'));
}

TEST(Magnet, ANameIsNeverAPath) {
    EXPECT_EQ(name_of("..%2F..%2Fetc%2Fpasswd"), "passwd");
    EXPECT_EQ(name_of("c:%5Cwindows%5Csystem.ini"), "system.ini");
    EXPECT_EQ(name_of("folder%2F"), "");
    EXPECT_EQ(name_of(".."), "");
    EXPECT_EQ(name_of("a%2F.."), "");
    EXPECT_EQ(name_of("%2E"), "");
    EXPECT_EQ(name_of("..."), "...");
}

TEST(Magnet, ANameHoldsNothingThatATerminalObeys) {
    EXPECT_EQ(name_of("a%1B%5B2Jb%0Ac%00d%7F.txt"), "a[2Jbcd.txt");
    EXPECT_EQ(name_of("a%C2%9Bb"), "ab");                 // the one-character form of ESC [
    EXPECT_EQ(name_of("a%E2%80%AEgpj.exe"), "agpj.exe");  // right-to-left override
}

TEST(Magnet, ANameThatIsNotUtf8OrNotWellEscapedIsNoName) {
    EXPECT_EQ(name_of("a%FFb"), "");
    EXPECT_EQ(name_of("a%C3"), "");
    EXPECT_EQ(name_of("a%2"), "");
    EXPECT_EQ(name_of("a%"), "");
    EXPECT_EQ(name_of("a%g0"), "");
    EXPECT_EQ(name_of("a%0g"), "");
}

TEST(Magnet, APlusInANameIsASpace) {
    EXPECT_EQ(name_of("one+two%2Bthree"), "one two+three");
}

TEST(Magnet, ASizeIsADecimalNumberOf64Bits) {
    const auto size_of = [](const std::string& xl) {
        return Magnet::parse("magnet:?xt=" + sha1_urn + "&xl=" + xl)->size;
    };
    EXPECT_EQ(size_of("18446744073709551615"), UINT64_MAX);
    for (const char* text : {"", "18446744073709551616", "-1", "+1", "1k", "0x10", " 1"}) {
        EXPECT_EQ(size_of(text), std::nullopt) << text;
    }
}

TEST(Magnet, SourcesAreHttpAddressesOfThatFile) {
    const std::string path = "/uri-res/N2R?" + sha1_urn;
    EXPECT_EQ(sources_of("&xs=http%3A%2F%2F192.0.2.1%3A99%2Furi-res%2FN2R%3F" + sha1_urn),
              std::vector<std::string>{"192.0.2.1:99"});
    EXPECT_EQ(sources_of("&as=HTTP://[2001:db8::1]:99" + path), std::vector<std::string>{"[2001:db8::1]:99"});
    EXPECT_EQ(sources_of("&xs=http://example.org" + path), std::vector<std::string>{"example.org:80"});
    EXPECT_EQ(sources_of("&xs=http://[2001:db8::1]" + path), std::vector<std::string>{"[2001:db8::1]:80"});
    for (const std::string& other :
         {"https://example.org:1" + path, "http://" + path, "http://u@example.org:1" + path,
          "http://2001:db8::1:99" + path, "http://example.org:0" + path, "http://example.org:1/" + sha1_urn,
          "http://example.org:1/uri-res/N2R?" + other_sha1_urn, std::string("http://example.org:1/uri-res/N2R?"),
          std::string("urn:sha1:x"), "http://a%20b:1" + path}) {
        EXPECT_TRUE(sources_of("&xs=" + other).empty()) << other;
    }
}

TEST(Magnet, SourcesMayHaveTheFileUnderANumber) {
    const auto numbered = [](const std::string& url) {
        return Magnet::parse("magnet:?xt=" + sha1_urn + "&xs=" + url)->numbered_sources;
    };
    const auto sources = numbered("http%3A%2F%2F192.0.2.1%3A99%2Fget%2F12%2Fone%2520two.mp3");
    ASSERT_EQ(sources.size(), 1U);
    EXPECT_EQ(sources.front(), (Magnet::NumberedSource{{"192.0.2.1", 99}, 12, "one two.mp3"}));
    EXPECT_EQ(numbered("http://192.0.2.1:99/get/12/a&as=http://192.0.2.1:99/get/12/a"
                       "&as=http://192.0.2.1:99/get/13/a")
                  .size(),
              2U);
    for (const char* path : {"/get/", "/get/12", "/get/12/", "/get/-1/a", "/get/4294967296/a", "/get/x/a", "/get//a",
                             "/get/12/a/b", "/get/12/a%255Cb", "/get/12/a%2500", "/get/12/%25FF", "/get/12/%252"}) {
        EXPECT_TRUE(numbered(std::string("http://192.0.2.1:99") + path).empty()) << path;
    }
}

TEST(Magnet, KeepsSixteenSourcesAndEachOnce) {
    std::string parameters;
    for (int port = 1; port <= 20; ++port) {
        parameters += "&xs=http://192.0.2.1:" + std::to_string(port) + "/uri-res/N2R?" + sha1_urn;
    }
    EXPECT_EQ(sources_of(parameters).size(), 16U);
    const std::string one = "&xs=http://192.0.2.1:1/uri-res/N2R?" + sha1_urn;
    EXPECT_EQ(sources_of(one + one).size(), 1U);
}

}  // namespace
}  // namespace gnutella
