#include "transfer/location_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

AlternateLocation location_at(const std::string& host) {
    return location_of({host, 6346}).value();
}

Urn numbered(std::size_t number) {
    Sha1 sha1{};
    sha1[0] = static_cast<std::uint8_t>(number);
    sha1[1] = static_cast<std::uint8_t>(number >> 8);
    return Urn(sha1);
}

struct LocationCacheTest : testing::Test {
    LocationCache cache{3};
    const LocationCache::Time now{10h};
    const std::optional<wire::IpAddress> outside = location_at("8.8.8.8").address;

    std::vector<AlternateLocation> tell(const Urn& urn, LocationCache::Time when) const {
        return cache.tell(urn, outside, {}, 10, when);
    }
};

TEST_F(LocationCacheTest, TellsTheLatestFirst) {
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    cache.learn(numbered(1), location_at("2.2.2.2"), now);
    cache.learn(numbered(2), location_at("3.3.3.3"), now);
    EXPECT_THAT(tell(numbered(1), now), ElementsAre(location_at("2.2.2.2"), location_at("1.1.1.1")));
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    EXPECT_THAT(tell(numbered(1), now), ElementsAre(location_at("1.1.1.1"), location_at("2.2.2.2")));
    EXPECT_THAT(cache.tell(numbered(1), outside, {}, 1, now), ElementsAre(location_at("1.1.1.1")));
    EXPECT_THAT(tell(numbered(3), now), IsEmpty());
}

TEST_F(LocationCacheTest, KnowsAFileByItsSha1) {
    cache.learn(Urn(*numbered(1).sha1(), TigerRoot{}), location_at("1.1.1.1"), now);
    cache.learn(Urn(TigerRoot{}), location_at("2.2.2.2"), now);
    EXPECT_THAT(tell(numbered(1), now), ElementsAre(location_at("1.1.1.1")));
    EXPECT_THAT(tell(Urn(TigerRoot{}), now), IsEmpty());
}

TEST_F(LocationCacheTest, TellsNobodyWhatHeKnowsOrMustNotKnow) {
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    cache.learn(numbered(1), location_at("192.168.1.1"), now);
    cache.learn(numbered(1), location_at("2.2.2.2"), now);
    const std::vector known{location_at("2.2.2.2")};
    EXPECT_THAT(cache.tell(numbered(1), outside, known, 10, now), ElementsAre(location_at("1.1.1.1")));
    EXPECT_THAT(cache.tell(numbered(1), location_at("10.0.0.1").address, known, 10, now),
                ElementsAre(location_at("192.168.1.1"), location_at("1.1.1.1")));
}

TEST_F(LocationCacheTest, TellsNobodyOfHimself) {
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    cache.learn(numbered(1), location_at("127.0.0.1"), now);
    EXPECT_THAT(cache.tell(numbered(1), location_at("1.1.1.1").address, {}, 10, now), IsEmpty());
    EXPECT_THAT(cache.tell(numbered(1), location_at("127.0.0.1").address, {}, 10, now),
                ElementsAre(location_at("127.0.0.1"), location_at("1.1.1.1")))
        << "there are many on this host";
}

TEST_F(LocationCacheTest, ForgetsWhoHasItNoMore) {
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    cache.learn(numbered(1), location_at("2.2.2.2"), now);
    cache.forget(numbered(1), location_at("1.1.1.1"));
    cache.forget(numbered(2), location_at("1.1.1.1"));
    EXPECT_THAT(tell(numbered(1), now), ElementsAre(location_at("2.2.2.2")));
    cache.forget(numbered(1), location_at("2.2.2.2"));
    EXPECT_EQ(cache.files(), 0U);
}

TEST_F(LocationCacheTest, KeepsTheKeyThatWasHeardLast) {
    AlternateLocation with = location_at("1.1.1.1");
    with.key = KeyHash{};
    cache.learn(numbered(1), with, now);
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    ASSERT_THAT(tell(numbered(1), now), ElementsAre(with));
    EXPECT_EQ(tell(numbered(1), now).front().key, with.key) << "who speaks no QUIC does not tell it";
    with.key->bytes.front() = 1;
    cache.learn(numbered(1), with, now);
    EXPECT_EQ(tell(numbered(1), now).front().key, with.key);
}

TEST_F(LocationCacheTest, KnowsWhoHasSpokenForItself) {
    using Word = LocationCache::Word;
    cache.learn(numbered(1), location_at("1.1.1.1"), now, Word::its_own);
    cache.learn(numbered(1), location_at("2.2.2.2"), now);
    cache.learn(numbered(1), location_at("1.1.1.1"), now + 1min);
    EXPECT_THAT(cache.introduced(numbered(1), now + 60min), ElementsAre(location_at("1.1.1.1")));
    EXPECT_THAT(cache.introduced(numbered(1), now + 62min), IsEmpty());
    EXPECT_THAT(cache.introduced(numbered(2), now), IsEmpty());
}

TEST_F(LocationCacheTest, TellsNothingThatIsOld) {
    cache.learn(numbered(1), location_at("1.1.1.1"), now);
    cache.learn(numbered(1), location_at("2.2.2.2"), now + 30min);
    EXPECT_THAT(tell(numbered(1), now + 61min), ElementsAre(location_at("2.2.2.2")));
    EXPECT_THAT(tell(numbered(1), now + 91min), IsEmpty());
}

TEST_F(LocationCacheTest, KeepsOnlySoManyOfOneFile) {
    for (const char* host : {"1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"}) {
        cache.learn(numbered(1), location_at(host), now);
    }
    EXPECT_THAT(tell(numbered(1), now),
                ElementsAre(location_at("4.4.4.4"), location_at("3.3.3.3"), location_at("2.2.2.2")));
    EXPECT_EQ(cache.forgotten(), 1U);
}

TEST_F(LocationCacheTest, KeepsOnlySoManyFiles) {
    for (std::size_t number = 0; number < LocationCache::max_files + 100; ++number) {
        cache.learn(numbered(number), location_at("1.1.1.1"), now);
        cache.learn(numbered(0), location_at("2.2.2.2"), now);  // of which something is heard all the time
    }
    EXPECT_EQ(cache.files(), LocationCache::max_files);
    EXPECT_EQ(cache.forgotten(), 100U);
    EXPECT_THAT(tell(numbered(0), now), ElementsAre(location_at("2.2.2.2"), location_at("1.1.1.1")));
    EXPECT_THAT(tell(numbered(1), now), IsEmpty());
    EXPECT_FALSE(tell(numbered(LocationCache::max_files + 99), now).empty());
}

}  // namespace
}  // namespace gnutella::transfer
