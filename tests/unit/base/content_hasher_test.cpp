#include "content_hasher.hpp"

#include <gtest/gtest.h>
#include <rhash.h>

#include <span>
#include <string>

namespace gnutella {
namespace {

Urn hash(const std::string& content, std::size_t piece) {
    ContentHasher hasher;
    const auto bytes = std::as_bytes(std::span(content));
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        hasher.update(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    }
    return hasher.finish();
}

std::string sample(std::size_t size) {
    std::string content(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : content) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<char>(state >> 24);
    }
    return content;
}

TigerRoot tiger(const std::string& bytes) {
    TigerRoot digest{};
    rhash_msg(RHASH_TIGER, bytes.data(), bytes.size(), digest.data());
    return digest;
}

// The tree as THEX defines it, level by level, from the plain Tiger hash.
TigerRoot tree_root(const std::string& content) {
    std::vector<TigerRoot> level;
    for (std::size_t at = 0; at == 0 || at < content.size(); at += 1024) {
        level.push_back(tiger('\0' + content.substr(at, 1024)));
    }
    while (level.size() > 1) {
        std::vector<TigerRoot> above;
        for (std::size_t at = 0; at < level.size(); at += 2) {
            if (at + 1 == level.size()) {
                above.push_back(level[at]);
                continue;
            }
            std::string pair(1, '\1');
            pair.append(level[at].begin(), level[at].end()).append(level[at + 1].begin(), level[at + 1].end());
            above.push_back(tiger(pair));
        }
        level = std::move(above);
    }
    return level.front();
}

TEST(ContentHasher, KnowsTheEmptyFile) {
    EXPECT_EQ(hash("", 1).to_string(),
              "urn:bitprint:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ");
}

TEST(ContentHasher, AgreesWithTheTestVectorsOfThex) {
    const auto root = [](const std::string& content) { return Urn(*hash(content, 4096).tiger()).to_string(); };
    EXPECT_EQ(root(std::string(1, '\0')), "urn:tree:tiger/:VK54ZIEEVTWNAUI5D5RDFIL37LX2IQNSTAXFKSA");
    EXPECT_EQ(root(std::string(1024, 'A')), "urn:tree:tiger/:L66Q4YVNAFWVS23X2HJIRA5ZJ7WXR3F26RSASFA");
    EXPECT_EQ(root(std::string(1025, 'A')), "urn:tree:tiger/:PZMRYHGY6LTBEH63ZWAHDORHSYTLO4LEFUIKHWY");
}

TEST(ContentHasher, AgreesWithFips180) {
    EXPECT_EQ(hash("abc", 3).sha1_string(), "urn:sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");  // A9993E36...
}

TEST(ContentHasher, AgreesWithATreeBuiltLeafByLeaf) {
    for (const std::size_t size :
         {1U, 1023U, 1024U, 1025U, 2048U, 2049U, 3 * 1024U, 5 * 1024U + 7U, 64 * 1024U, 99'999U}) {
        const std::string content = sample(size);
        EXPECT_EQ(hash(content, 4096).tiger(), tree_root(content)) << size;
    }
}

TEST(ContentHasher, TakesPiecesOfAnySize) {
    const std::string content = sample(10'000);
    const Urn whole = hash(content, content.size());
    for (const std::size_t piece : {1U, 7U, 1023U, 1024U, 1025U, 9'999U}) {
        EXPECT_EQ(hash(content, piece), whole) << piece;
    }
}

TEST(ContentHasher, BeginsAnewAfterTheEnd) {
    ContentHasher hasher;
    const std::string content = "abc";
    hasher.update(std::as_bytes(std::span(content)));
    const Urn first = hasher.finish();
    hasher.update(std::as_bytes(std::span(content)));
    EXPECT_EQ(hasher.finish(), first);
}

TEST(ContentHasher, CanBeMovedHalfWay) {
    const std::string content = sample(5'000);
    ContentHasher one;
    one.update(std::as_bytes(std::span(content).first(1'500)));
    ContentHasher other = std::move(one);
    other.update(std::as_bytes(std::span(content).subspan(1'500)));
    EXPECT_EQ(other.finish(), hash(content, 4096));
}

}  // namespace
}  // namespace gnutella
