#include "config_file.hpp"

#include "scratch_folder.hpp"
#include "usage_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string complaint_of(std::string_view content) {
    const test::ScratchFolder scratch;
    const auto file = scratch.write("gnut.conf", content);
    try {
        read_config_file(file, "/home/x");
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr(file.string()));
        return error.what();
    }
    return {};
}

TEST(ConfigFile, ReadsEveryKey) {
    const test::ScratchFolder scratch;
    const auto config = read_config_file(scratch.write("gnut.conf",
                                                       "# a comment\n"
                                                       "port = 8030\n"
                                                       "share = ~/Music\n"
                                                       "share = /srv/with space\n"
                                                       "downloads=/d\n"
                                                       "state=/s\n"
                                                       "peer=localhost:8025\n"
                                                       "peer=[2001:db8::1]:9\n"
                                                       "timeout=2.5\n"
                                                       "upload-limit=500k\n"
                                                       "download-limit = 2.5M\n"
                                                       "transport=http\n"
                                                       "dialect=gnutella\n"
                                                       "role=leaf\n"
                                                       "verbose=true\n"),
                                         "/home/x");
    EXPECT_EQ(config.port, 8030);
    EXPECT_THAT(config.shares, ElementsAre("/home/x/Music", "/srv/with space"));
    EXPECT_EQ(config.downloads, "/d");
    EXPECT_EQ(config.state, "/s");
    EXPECT_THAT(config.peers, ElementsAre(gnutella::Endpoint{"localhost", 8025}, gnutella::Endpoint{"2001:db8::1", 9}));
    EXPECT_EQ(config.timeout, std::chrono::milliseconds(2500));
    EXPECT_EQ(config.upload_limit, 500'000U);
    EXPECT_EQ(config.download_limit, 2'500'000U);
    EXPECT_EQ(config.transports, std::vector{gnutella::Transport::http});
    EXPECT_EQ(config.dialects, std::vector{gnutella::Dialect::gnutella});
    EXPECT_EQ(config.role, gnutella::Role::leaf);
    EXPECT_EQ(config.verbose, true);
}

TEST(ConfigFile, SaysNothingWhenItIsNotThere) {
    const auto config = read_config_file("/nowhere/gnut.conf", "");
    EXPECT_FALSE(config.port);
    EXPECT_TRUE(config.peers.empty());
}

TEST(ConfigFile, IsAnErrorWhenItCannotBeSeenWhetherItIsThere) {
    const test::ScratchFolder scratch;
    const auto loop = scratch.path() / "loop";
    std::filesystem::create_symlink(loop, loop);
    EXPECT_THROW(read_config_file(loop / "gnut.conf", ""), UsageError);
    EXPECT_FALSE(read_config_file(scratch.write("file", "") / "gnut.conf", "").port);  // nothing can be there
}

TEST(ConfigFile, AMistakeNamesTheFileAndTheKey) {
    EXPECT_THAT(complaint_of("sahre=/x\n"), HasSubstr("sahre: there is no such key"));
    EXPECT_THAT(complaint_of("[section]\nport=1\n"), HasSubstr("section.port"));
    EXPECT_THAT(complaint_of("port=65536\n"), HasSubstr("port: '65536'"));
    EXPECT_THAT(complaint_of("peer=8025\n"), HasSubstr("peer: '8025'"));
    EXPECT_THAT(complaint_of("timeout=never\n"), HasSubstr("timeout: 'never'"));
    EXPECT_THAT(complaint_of("verbose=perhaps\n"), HasSubstr("verbose: 'perhaps'"));
    EXPECT_THAT(complaint_of("share=\n"), HasSubstr("share: "));
    EXPECT_THAT(complaint_of("no equals sign\n"), HasSubstr("KEY=VALUE"));
}

TEST(ConfigFile, AFolderInItsPlaceIsAnError) {
    const test::ScratchFolder scratch;
    EXPECT_THROW(read_config_file(scratch.path(), ""), UsageError);
}

}  // namespace
}  // namespace gnut
