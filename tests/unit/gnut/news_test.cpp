#include "news.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using testing::HasSubstr;
using testing::Optional;

News news_of(News::Detail detail) {
    News news;
    news.tell(detail);
    return news;
}

gnutella::UploadProgress upload(std::uint64_t id) {
    gnutella::UploadProgress progress;
    progress.id = id;
    progress.name = "a.txt";
    progress.to = {"192.0.2.1", 5};
    progress.size = 10;
    return progress;
}

TEST(News, AnUploadIsToldWhenItBeginsAndWhenItEnds) {
    News news;
    auto progress = upload(1);
    EXPECT_THAT(news.line_for(progress), Optional(std::string("sending a.txt to 192.0.2.1:5: 10 bytes")));
    progress.sent = 5;
    EXPECT_EQ(news.line_for(progress), std::nullopt);
    EXPECT_NE(news.line_for(upload(2)), std::nullopt);
    progress.sent = 10;
    progress.ended = true;
    EXPECT_THAT(news.line_for(progress), Optional(std::string("sent a.txt to 192.0.2.1:5: 10 bytes")));
}

TEST(News, AnUploadThatFailsSaysWhy) {
    News news;
    auto progress = upload(1);
    progress.ended = true;
    progress.error = gnutella::Error::file_changed;
    EXPECT_THAT(news.line_for(progress), Optional(HasSubstr("the file changed")));
}

TEST(News, ASourceThatIsAskedNoMoreIsTold) {
    gnutella::SourceFailed failed{1, "a.txt", {"192.0.2.1", 5}, gnutella::Error::source_lied, true};
    EXPECT_THAT(News().line_for(failed),
                Optional(testing::AllOf(HasSubstr("a.txt: 192.0.2.1:5: the peer sent something else"),
                                        HasSubstr("it is not asked again"))));
    failed.struck_off = false;
    EXPECT_EQ(news_of(News::Detail::queries).line_for(failed), std::nullopt);
    EXPECT_NE(news_of(News::Detail::all).line_for(failed), std::nullopt);
}

TEST(News, QueriesAreToldOnlyWhenEveryOneIsWanted) {
    gnutella::QuerySeen seen{{}, 1, "x\x1B", 2, 1, {}};
    EXPECT_EQ(News().line_for(seen), std::nullopt);
    EXPECT_THAT(news_of(News::Detail::queries).line_for(seen),
                Optional(std::string("got a query for \"x\\x1B\": 2 answers, passed on to 1 peer")));
    seen.text = "\\";  // as gtk-gnutella writes it where the hash is all that it searches by
    seen.urn = gnutella::Urn(gnutella::Sha1{});
    EXPECT_THAT(news_of(News::Detail::queries).line_for(seen),
                Optional(HasSubstr("got a query for urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA: 2 answers")));
}

TEST(News, AFailedJoinSaysWhyAndThatItGoesOnTrying) {
    const gnutella::JoinFailed failed{{"h", 1}, gnutella::Error::cannot_connect};
    EXPECT_THAT(News().line_for(failed),
                Optional(testing::AllOf(HasSubstr("cannot join h:1: nothing listens there"), HasSubstr("again"))));
}

TEST(News, AClosedSessionSaysWhyAndWhatTheFarEndGaveAsReason) {
    gnutella::SessionClosed closed;
    closed.session.legacy = true;
    closed.session.remote = {"192.0.2.1", 8025};
    closed.reason = gnutella::Error::left;
    closed.text = "good\nbye";
    EXPECT_THAT(News().line_for(closed),
                Optional(std::string("session closed: 192.0.2.1:8025 (legacy peer): the neighbour said BYE; "
                                     "connect to another, or to this one later (good\\nbye)")));
}

TEST(News, AShareThatWasReadIsCounted) {
    EXPECT_THAT(News().line_for(gnutella::ShareRead{"music", 12, 3'400'000}),
                Optional(std::string("sharing 12 files, 3.4 MB from music")));
}

TEST(News, WhatACommandTellsIsNoNews) {
    News news = news_of(News::Detail::all);
    EXPECT_EQ(news.line_for(gnutella::HitReceived{}), std::nullopt);
    EXPECT_EQ(news.line_for(gnutella::DownloadProgress{}), std::nullopt);
}

}  // namespace
}  // namespace gnut
