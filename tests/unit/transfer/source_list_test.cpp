#include "transfer/source_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gnutella::transfer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Urn wanted = *Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
const Urn other = *Urn::parse("urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

Hit hit(std::string host, std::uint64_t size = 10) {
    Hit hit;
    hit.name = "a";
    hit.size = size;
    hit.urn = wanted;
    hit.source = {std::move(host), 1};
    hit.transports = {Transport::http};
    return hit;
}

std::string current(const SourceList& list) {
    return list.current() != nullptr ? list.current()->source.host : "";
}

SourceList two_sources() {
    SourceList list(wanted, 1);
    list.add(hit("first"));
    list.add(hit("second"));
    return list;
}

TEST(SourceList, HasNoSourceBeforeOneIsAdded) {
    const SourceList list(wanted, 2);
    EXPECT_EQ(list.current(), nullptr);
    EXPECT_EQ(list.last_error(), Error::no_source);
}

TEST(SourceList, LeavesOneThatFailsForAnotherUntilEachHasFailedTooOften) {
    SourceList list = two_sources();
    EXPECT_EQ(current(list), "first");
    EXPECT_EQ(list.failed(Error::source_timed_out), std::nullopt) << "the second is asked without a wait";
    EXPECT_EQ(current(list), "second");
    EXPECT_EQ(list.failed(Error::source_busy), 1);
    EXPECT_EQ(current(list), "first");
    EXPECT_EQ(list.failed(Error::source_closed), 1);
    EXPECT_EQ(current(list), "second");
    EXPECT_EQ(list.failed(Error::source_timed_out), std::nullopt);
    EXPECT_EQ(list.current(), nullptr);
    EXPECT_EQ(list.last_error(), Error::source_timed_out);
}

TEST(SourceList, StrikesOffAtOnceWhatWillNotGetBetter) {
    for (const Error error : {Error::source_lacks_file, Error::source_answer, Error::size_mismatch,
                              Error::hash_mismatch, Error::cannot_resolve}) {
        SourceList list = two_sources();
        EXPECT_EQ(list.failed(error), std::nullopt);
        EXPECT_EQ(current(list), "second");
    }
}

TEST(SourceList, ForgetsFailuresOfASourceThatDoesWell) {
    SourceList list(wanted, 1);
    list.add(hit("only"));
    for (int attempt = 0; attempt < 10; ++attempt) {
        EXPECT_EQ(list.failed(Error::source_closed), 1);
        list.progressed();
    }
    EXPECT_EQ(current(list), "only");
}

TEST(SourceList, IgnoresAnotherFileAndOneNotKnownToBeTheSame) {
    SourceList list = two_sources();
    Hit another = hit("another");
    another.urn = other;
    list.add(another);
    Hit unknown = hit("unknown");
    unknown.urn.reset();
    unknown.content = std::make_shared<std::string>("x");
    list.add(unknown);
    list.failed(Error::source_lacks_file);
    list.failed(Error::source_lacks_file);
    EXPECT_EQ(list.current(), nullptr);
}

TEST(SourceList, AsksASourceNamedTwiceOnce) {
    SourceList list = two_sources();
    list.add(hit("first"));
    list.failed(Error::source_lacks_file);
    list.failed(Error::source_lacks_file);
    EXPECT_EQ(list.current(), nullptr);
}

TEST(SourceList, UsesOneAddedAfterAllHaveFailed) {
    SourceList list = two_sources();
    list.failed(Error::source_lacks_file);
    list.failed(Error::source_lacks_file);
    list.add(hit("late"));
    EXPECT_EQ(current(list), "late");
}

TEST(SourceList, TakesAHitThatIsItsOwnContentFirstAndOnlyThen) {
    Hit content;
    content.content = std::make_shared<std::string>("x");
    EXPECT_TRUE(is_usable(content));
    SourceList list(wanted, 1);
    list.add(content);
    ASSERT_NE(list.current(), nullptr);
    EXPECT_EQ(*list.current()->content, "x");
}

TEST(SourceList, CannotUseAHitWithoutAHashOrAWay) {
    Hit nameless = hit("nameless");
    nameless.urn.reset();
    EXPECT_FALSE(is_usable(nameless));
    Hit quic_only = hit("quic");
    quic_only.transports = {Transport::quic};
    EXPECT_FALSE(is_usable(quic_only));
    Hit unsaid = hit("unsaid");
    unsaid.transports.clear();
    EXPECT_TRUE(is_usable(unsaid)) << "a magnet link names no transports";
}

TEST(SourceList, StrikesOffTheOneThatAloneSentAWrongFile) {
    SourceList list = two_sources();
    list.contributed();
    list.hash_was_wrong();
    EXPECT_EQ(current(list), "second");
    EXPECT_EQ(list.last_error(), Error::hash_mismatch);
    EXPECT_THAT(list.contributors(), IsEmpty());
}

TEST(SourceList, GivesASecondChanceOnceWhereAnEarlierDownloadMayBeToBlame) {
    SourceList list = two_sources();
    list.contributed_before();
    list.contributed();
    list.hash_was_wrong();
    EXPECT_EQ(current(list), "first");
    list.contributed();
    list.hash_was_wrong();
    EXPECT_EQ(current(list), "second");
}

TEST(SourceList, GivesASecondChanceOnceWhereSeveralContributed) {
    SourceList list(wanted, 1);
    list.add(hit("first"));
    list.add(hit("second"));
    list.contributed();
    list.failed(Error::source_lacks_file);
    list.contributed();
    EXPECT_THAT(list.contributors(), ElementsAre(Endpoint{"first", 1}, Endpoint{"second", 1}));
    list.hash_was_wrong();
    EXPECT_EQ(current(list), "second") << "the first has it no longer";
    list.contributed();
    list.hash_was_wrong();
    EXPECT_EQ(list.current(), nullptr);
}

TEST(SourceList, StrikesOffOneThatLiesAboutAnEmptyFile) {
    SourceList list = two_sources();
    list.hash_was_wrong();
    EXPECT_EQ(current(list), "second");
}

TEST(SourceList, KnowsTheGreatestSizeThatIsStillClaimed) {
    SourceList list(wanted, 1);
    list.add(hit("large", 100));
    list.add(hit("small", 10));
    EXPECT_EQ(list.greatest_size(), 100);
    list.failed(Error::size_mismatch);
    EXPECT_EQ(list.greatest_size(), 10);
}

}  // namespace
}  // namespace gnutella::transfer
