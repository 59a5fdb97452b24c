#include "describe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using testing::HasSubstr;

gnutella::DownloadedFile downloaded() {
    gnutella::DownloadedFile file;
    file.path = "music/a.ogg";
    file.bytes = 3'400'000;
    file.seconds = std::chrono::duration<double>(2);
    file.urn = gnutella::Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
    file.verification = gnutella::Verification::verified;
    return file;
}

TEST(Describe, AHitIsNumberSizeNamePeerAndUrn) {
    gnutella::Hit hit;
    hit.name = "a\x1B[31m.ogg";
    hit.size = 3'400'000;
    hit.source = {"192.0.2.1", 8025};
    EXPECT_EQ(describe(7, hit), "  7     3.4 MB  a\\x1B[31m.ogg  192.0.2.1:8025  (no URN)");
    hit.urn = downloaded().urn;
    EXPECT_THAT(describe(7, hit), HasSubstr("  urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"));
    hit.client = "gtk\n-gnutella";
    EXPECT_THAT(describe(7, hit), testing::EndsWith("QYPFB  gtk\\n-gnutella"));
}

TEST(Describe, ASavedFileSaysWhatWasVerified) {
    EXPECT_EQ(describe_saved(downloaded()),
              "saved music/a.ogg: 3.4 MB in 2.0 s (1.7 MB/s), verified SHA-1 PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
}

TEST(Describe, ALegacyPeersFileIsSaidToBeUnverified) {
    auto file = downloaded();
    file.verification = gnutella::Verification::unverifiable;
    EXPECT_THAT(describe_arrived(file), HasSubstr("not verified"));
    EXPECT_THAT(describe_arrived(file), testing::Not(HasSubstr("PLST")));
}

TEST(Describe, TheRateIsOfWhatWasFetchedThisTime) {
    auto file = downloaded();
    file.resumed = 3'000'000;
    file.seconds = std::chrono::duration<double>(0.4);
    EXPECT_THAT(describe_arrived(file), HasSubstr("(1.0 MB/s), 3.0 MB of it fetched before"));
}

TEST(Describe, ADownloadUnderWaySaysItsNumberAndHowItGoes) {
    gnutella::DownloadProgress progress;
    progress.id = 7;
    progress.name = "a\n.ogg";
    progress.state = gnutella::DownloadState::fetching;
    progress.received = 1'400'000;
    progress.size = 3'400'000;
    progress.rate = 1'000'000;
    progress.sources = 2;
    EXPECT_EQ(describe(progress), "  7  a\\n.ogg: 1.4 MB of 3.4 MB, 1.0 MB/s, 2 sources, 0:02 left");
    progress.state = gnutella::DownloadState::paused;
    EXPECT_EQ(describe(progress), "  7  a\\n.ogg: 1.4 MB of 3.4 MB, paused");
}

TEST(Describe, AnArrivedFileSaysHowItCame) {
    auto file = downloaded();
    file.transport = gnutella::Transport::quic;
    EXPECT_THAT(describe_arrived(file), HasSubstr("(1.7 MB/s) over QUIC, verified"));
    file.transport = gnutella::Transport::http;
    EXPECT_THAT(describe_arrived(file), HasSubstr("(1.7 MB/s) over HTTP, verified"));
}

TEST(Describe, ASessionIsNamedByWhereItsPeerListens) {
    gnutella::SessionInfo session;
    session.direction = gnutella::Direction::incoming;
    session.remote = {"192.0.2.1", 49152};
    session.listens = {"192.0.2.1", 8027};
    session.agent = "evil\n/1";
    session.files = 1;
    EXPECT_EQ(describe(session), "192.0.2.1:8027 (json, evil\\n/1, 1 file, 0 bytes)");
    session.legacy = true;
    EXPECT_EQ(describe(session), "192.0.2.1:8027 (legacy peer)");
}

TEST(Describe, ASessionWhosePeerDoesNotSayWhereItListensIsNamedByItsConnection) {
    gnutella::SessionInfo session;
    session.direction = gnutella::Direction::incoming;
    session.legacy = true;
    session.remote = {"192.0.2.1", 50'000};
    EXPECT_EQ(describe(session), "192.0.2.1:50000 (legacy peer)");
    session.listens = {"192.0.2.1", 0};
    EXPECT_EQ(describe(session), "192.0.2.1:50000 (legacy peer)");
}

TEST(Describe, ASessionInGnutellaSaysTheRoleAndHowItTravels) {
    gnutella::SessionInfo session;
    session.dialect = gnutella::Dialect::gnutella;
    session.remote = {"192.0.2.1", 6346};
    session.role = gnutella::Role::ultrapeer;
    session.agent = "gtk-gnutella/1.2.3";
    EXPECT_EQ(describe(session), "192.0.2.1:6346 (gnutella, ultrapeer, gtk-gnutella/1.2.3)");
    session.layers = {.sends_deflated = true, .receives_deflated = true, .tls = true};
    EXPECT_EQ(describe(session), "192.0.2.1:6346 (gnutella, ultrapeer, gtk-gnutella/1.2.3, compressed, TLS)");
}

}  // namespace
}  // namespace gnut
