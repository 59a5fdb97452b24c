#include "transfer/source_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Urn wanted_file = *Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
const Urn other = *Urn::parse("urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

Hit hit(std::string host, std::uint64_t size = 10) {
    Hit hit;
    hit.name = "a";
    hit.size = size;
    hit.urn = wanted_file;
    hit.source = {std::move(host), 1};
    hit.transports = {Transport::http};
    return hit;
}

struct SourcePoolTest : testing::Test {
    static SourcePool::Policy policy() {
        SourcePool::Policy policy;
        policy.retries = 1;
        policy.retry_interval = 500ms;
        return policy;
    }

    // Who is asked next; begins.
    std::string next() {
        const auto source = pool.due(now);
        if (!source) {
            return "";
        }
        pool.begin(*source);
        current = *source;
        return pool.hit(*source).source.host;
    }
    bool fail(const error_code& error) { return pool.failed(current, error, now); }

    void add_two() {
        pool.add(hit("first"));
        pool.add(hit("second"));
    }

    SourcePool pool{wanted_file, policy()};
    SourcePool::TimePoint now{1h};
    SourceId current = 0;
};

TEST_F(SourcePoolTest, TakesTheSizeThatMostClaim) {
    EXPECT_EQ(pool.likely_size(), std::nullopt);
    pool.add(hit("nothing", 0));
    EXPECT_EQ(pool.likely_size(), 0U);
    pool.add(hit("first", 10));
    pool.add(hit("second", 20));
    EXPECT_EQ(pool.likely_size(), 10U) << "of as many the first";
    EXPECT_EQ(pool.likely_size({10}), 20U);
    pool.add(hit("rumour", 20), SourcePool::Word::of_others);
    EXPECT_EQ(pool.likely_size(), 10U) << "who has not spoken for himself has no vote";
    pool.add(hit("third", 20));
    EXPECT_EQ(pool.likely_size(), 20U);
    pool.strike_size(20);
    EXPECT_EQ(pool.likely_size(), 10U);
    EXPECT_EQ(pool.last_error(), Error::size_mismatch);
}

TEST_F(SourcePoolTest, AsksNoneThatContradictsTheSize) {
    add_two();
    pool.agree_on(10);
    EXPECT_TRUE(pool.says_size(0, 20));
    EXPECT_EQ(next(), "second");
    EXPECT_EQ(pool.usable(), 1U);
    EXPECT_EQ(pool.disputed_size(now), 20U);
    EXPECT_EQ(pool.hit(0).size, 20U);
    pool.ended(1);
    pool.agree_on(20);
    EXPECT_EQ(next(), "first");
    EXPECT_EQ(pool.usable(), 2U) << "the other has only been spoken of";
    EXPECT_EQ(pool.disputed_size(now), std::nullopt);
}

TEST_F(SourcePoolTest, StrikesOffWhoContradictedWhatIsProven) {
    add_two();
    pool.agree_on(10);
    pool.says_size(0, 20);
    pool.size_is_proven();
    EXPECT_EQ(pool.disputed_size(now), std::nullopt);
    EXPECT_FALSE(pool.says_size(1, 30)) << "too late";
    pool.agree_on(std::nullopt);
    EXPECT_EQ(pool.usable(), 1U);
}

TEST_F(SourcePoolTest, BelievesNobodyWhoSaysTwoSizes) {
    add_two();
    EXPECT_TRUE(pool.says_size(0, 20));
    EXPECT_FALSE(pool.says_size(0, 30));
    EXPECT_EQ(pool.hit(0).size, 20U);
}

TEST_F(SourcePoolTest, BelievesThoseFirstWhoCanBeAskedNow) {
    for (const char* host : {"one", "two", "three", "four"}) {
        pool.add(hit(host));
    }
    pool.agree_on(10);
    pool.says_size(0, 20);
    pool.says_size(1, 20);
    pool.says_size(2, 30);
    pool.postpone(0, Error::source_busy, now + 10s);
    pool.postpone(1, Error::source_busy, now + 10s);
    EXPECT_EQ(pool.disputed_size(now), 30U);
    EXPECT_EQ(pool.disputed_size(now + 10s), 20U);
    pool.postpone(2, Error::source_busy, now + 10s);
    EXPECT_EQ(pool.disputed_size(now), 20U) << "where nobody can, those who are most";
}

TEST_F(SourcePoolTest, FetchesAllAnewForASourceOnce) {
    add_two();
    pool.contributed(0);
    EXPECT_TRUE(pool.may_begin_anew(1));
    EXPECT_THAT(pool.contributors(), IsEmpty());
    EXPECT_FALSE(pool.may_begin_anew(1));
    EXPECT_TRUE(pool.may_begin_anew(0));
}

TEST_F(SourcePoolTest, TellsOnceWhatWentWrongWithWhom) {
    using Failure = SourcePool::Failure;
    add_two();
    pool.failed(0, Error::source_closed, now);
    pool.failed(1, Error::source_lied, now);
    pool.postpone(0, Error::source_busy, now);
    EXPECT_THAT(pool.take_failures(),
                ElementsAre(Failure{0, Error::source_closed, false}, Failure{1, Error::source_lied, true}));
    EXPECT_THAT(pool.take_failures(), IsEmpty());
    pool.strike_size(pool.hit(0).size);
    EXPECT_THAT(pool.take_failures(), ElementsAre(Failure{0, Error::size_mismatch, true}))
        << "the other was struck off already";
}

TEST_F(SourcePoolTest, LooksLessOftenAtASourceThatHasNothingNew) {
    add_two();
    EXPECT_EQ(pool.look_again(0), 1s);
    EXPECT_EQ(pool.look_again(0), 2s);
    EXPECT_EQ(pool.look_again(1), 1s);
    pool.progressed(0);
    for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 32s}) {
        EXPECT_EQ(pool.look_again(0), wait);
    }
}

TEST_F(SourcePoolTest, BelievesASourceMoreThanOthersThatSpeakOfIt) {
    Hit named = hit("first");
    named.key = KeyHash{};
    pool.add(named, SourcePool::Word::of_others);
    EXPECT_EQ(pool.word(0), SourcePool::Word::of_others);
    Hit itself = named;
    itself.key->bytes.front() = 1;
    pool.add(itself);
    EXPECT_EQ(pool.size(), 1U);
    EXPECT_EQ(pool.word(0), SourcePool::Word::its_own);
    EXPECT_EQ(pool.hit(0).key, itself.key);
    pool.add(named, SourcePool::Word::of_others);
    EXPECT_EQ(pool.hit(0).key, itself.key);
}

TEST_F(SourcePoolTest, ForgivesWhoSeemedToLieAndNobodyElse) {
    add_two();
    next();
    fail(Error::source_lied);
    next();
    fail(Error::source_lacks_file);
    EXPECT_TRUE(pool.is_exhausted());
    pool.forgive_liars();
    EXPECT_EQ(next(), "first");
    EXPECT_EQ(next(), "");
}

TEST_F(SourcePoolTest, TellsFirewalledSourcesOfOnePrivateAddressApart) {
    Hit one = hit("192.168.0.2");
    one.firewalled = true;
    one.peer = Guid::random();
    Hit another = one;
    another.peer = Guid::random();
    pool.add(one);
    pool.add(another);
    pool.add(one);
    EXPECT_EQ(pool.size(), 2U);
}

TEST_F(SourcePoolTest, HasNoSourceBeforeOneIsAdded) {
    EXPECT_EQ(pool.due(now), std::nullopt);
    EXPECT_TRUE(pool.is_exhausted());
    EXPECT_EQ(pool.last_error(), Error::no_source);
    EXPECT_EQ(pool.next_due(), SourcePool::TimePoint::max());
}

TEST_F(SourcePoolTest, GivesEachSourceOnce) {
    add_two();
    EXPECT_EQ(next(), "first");
    EXPECT_EQ(next(), "second");
    EXPECT_EQ(next(), "");
    pool.ended(0);
    EXPECT_EQ(next(), "first");
}

TEST_F(SourcePoolTest, TriesOneThatFailsAgainAfterAWait) {
    add_two();
    EXPECT_EQ(next(), "first");
    EXPECT_FALSE(fail(Error::source_timed_out));
    EXPECT_EQ(next(), "second") << "the one that has not failed";
    EXPECT_EQ(next(), "");
    EXPECT_EQ(pool.next_due(), now + 500ms);
    now += 500ms;
    EXPECT_EQ(next(), "first");
    EXPECT_TRUE(fail(Error::source_closed)) << "too often";
    EXPECT_FALSE(pool.is_exhausted());
    EXPECT_EQ(pool.last_error(), Error::source_closed);
}

TEST_F(SourcePoolTest, WaitsTwiceAsLongEachTime) {
    SourcePool::Policy patient = policy();
    patient.retries = 100;
    pool = SourcePool(wanted_file, patient);
    pool.add(hit("only"));
    for (const auto wait : {500ms, 1000ms, 2000ms, 4000ms}) {
        next();
        fail(Error::source_busy);
        EXPECT_EQ(pool.next_due(), now + wait);
        now += wait;
    }
    for (int times = 0; times < 90; ++times) {
        next();
        fail(Error::source_busy);
        now = pool.next_due();
    }
    EXPECT_EQ(next(), "only") << "and no wait overflows";
}

TEST_F(SourcePoolTest, StrikesOffAtOnceWhatWillNotGetBetter) {
    for (const Error error : {Error::source_lacks_file, Error::source_answer, Error::size_mismatch,
                              Error::hash_mismatch, Error::source_lied, Error::cannot_resolve}) {
        pool = SourcePool(wanted_file, policy());
        add_two();
        next();
        EXPECT_TRUE(fail(error));
        now += 1h;
        EXPECT_EQ(next(), "second");
        EXPECT_EQ(next(), "");
    }
}

TEST_F(SourcePoolTest, ForgetsFailuresOfASourceThatDoesWell) {
    pool.add(hit("only"));
    for (int attempt = 0; attempt < 10; ++attempt) {
        EXPECT_EQ(next(), "only");
        pool.progressed(current);
        EXPECT_FALSE(fail(Error::source_closed));
        now += 500ms;
    }
}

TEST_F(SourcePoolTest, AsksABusySourceWhenItSaysSoHoweverOften) {
    pool.add(hit("busy"));
    for (int attempt = 0; attempt < 100; ++attempt) {
        EXPECT_EQ(next(), "busy");
        pool.postpone(current, Error::source_busy, now + 60s);
        EXPECT_EQ(next(), "");
        now += 60s;
    }
    EXPECT_EQ(pool.last_error(), Error::source_busy);
}

TEST_F(SourcePoolTest, IgnoresAnotherFileAndOneNotKnownToBeTheSame) {
    add_two();
    Hit another = hit("another");
    another.urn = other;
    pool.add(another);
    Hit unknown = hit("unknown");
    unknown.urn.reset();
    unknown.content = std::make_shared<std::string>("x");
    pool.add(unknown);
    EXPECT_EQ(pool.size(), 2);
}

TEST_F(SourcePoolTest, AsksASourceNamedTwiceOnce) {
    add_two();
    pool.add(hit("first"));
    EXPECT_EQ(pool.size(), 2);
}

TEST_F(SourcePoolTest, RemembersSoManyAndNoMore) {
    for (std::size_t number = 0; number < SourcePool::max_sources + 10; ++number) {
        pool.add(hit("host" + std::to_string(number)));
    }
    EXPECT_EQ(pool.size(), SourcePool::max_sources);
}

TEST_F(SourcePoolTest, UsesOneAddedAfterAllHaveFailed) {
    pool.add(hit("first"));
    next();
    fail(Error::source_lacks_file);
    EXPECT_TRUE(pool.is_exhausted());
    pool.add(hit("late"));
    EXPECT_EQ(next(), "late");
}

TEST_F(SourcePoolTest, TakesAHitThatIsItsOwnContentFirstAndOnlyThen) {
    Hit content;
    content.content = std::make_shared<std::string>("x");
    pool.add(content);
    ASSERT_EQ(pool.size(), 1);
    EXPECT_EQ(*pool.hit(0).content, "x");
}

TEST_F(SourcePoolTest, CannotUseAHitWithoutAHashOrAWay) {
    const std::array http{Transport::http};
    Hit nameless = hit("nameless");
    nameless.urn.reset();
    EXPECT_FALSE(is_usable(nameless, http));
    Hit quic_only = hit("quic");
    quic_only.transports = {Transport::quic};
    EXPECT_FALSE(is_usable(quic_only, http));
    EXPECT_TRUE(is_usable(quic_only, std::array{Transport::quic, Transport::http}));
    Hit unsaid = hit("unsaid");
    unsaid.transports.clear();
    EXPECT_TRUE(is_usable(unsaid, http)) << "a magnet link names no transports";
    EXPECT_FALSE(is_usable(unsaid, std::array{Transport::quic}));
}

TEST_F(SourcePoolTest, StrikesOffTheOneThatAloneSentAWrongFile) {
    add_two();
    next();
    pool.contributed(current);
    pool.ended(current);
    pool.hash_was_wrong();
    EXPECT_EQ(next(), "second");
    EXPECT_EQ(next(), "");
    EXPECT_EQ(pool.last_error(), Error::hash_mismatch);
    EXPECT_THAT(pool.contributors(), IsEmpty());
}

TEST_F(SourcePoolTest, GivesASecondChanceOnceWhereAnEarlierDownloadMayBeToBlame) {
    add_two();
    pool.contributed_before();
    pool.contributed(0);
    pool.hash_was_wrong();
    EXPECT_EQ(pool.usable(), 2);
    pool.contributed(0);
    pool.hash_was_wrong();
    EXPECT_EQ(next(), "second");
}

TEST_F(SourcePoolTest, GivesASecondChanceOnceWhereSeveralContributed) {
    add_two();
    pool.contributed(0);
    pool.contributed(1);
    EXPECT_THAT(pool.contributors(), ElementsAre(Endpoint{"first", 1}, Endpoint{"second", 1}));
    pool.hash_was_wrong();
    EXPECT_EQ(pool.usable(), 2);
    pool.contributed(1);
    pool.hash_was_wrong();
    EXPECT_EQ(next(), "first");
    EXPECT_EQ(next(), "");
}

TEST_F(SourcePoolTest, StrikesOffOneThatLiesAboutAnEmptyFile) {
    pool.add(hit("empty", 0));
    pool.add(hit("second"));
    pool.hash_was_wrong();
    EXPECT_EQ(next(), "second");
    EXPECT_EQ(next(), "");
}

TEST_F(SourcePoolTest, KnowsTheGreatestSizeThatIsStillClaimed) {
    pool.add(hit("large", 100));
    pool.add(hit("small", 10));
    EXPECT_EQ(pool.greatest_size(), 100);
    next();
    fail(Error::size_mismatch);
    EXPECT_EQ(pool.greatest_size(), 10);
}

}  // namespace
}  // namespace gnutella::transfer
