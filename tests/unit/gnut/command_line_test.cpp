#include "command_line.hpp"

#include "scratch_folder.hpp"
#include "usage_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace gnut {
namespace {

using namespace std::chrono_literals;
using gnutella::Endpoint;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const UserFolders no_config{"/home/x", {}, "/state"};

template <class Options>
Options parse(std::vector<std::string> arguments, const UserFolders& folders = no_config) {
    return std::get<Options>(parse_command_line(arguments, folders));
}

/// What is said about a command line that cannot be understood; empty when it can.
std::string complaint_of(std::vector<std::string> arguments) {
    try {
        parse_command_line(arguments, no_config);
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

TEST(CommandLine, TheSeedsFirstCommandListensOnThatPort) {
    const auto options = parse<PeerOptions>({"peer", "8025"});
    EXPECT_EQ(options.port, 8025);
    EXPECT_THAT(options.neighbours, IsEmpty());
}

TEST(CommandLine, TheSeedsSecondCommandJoinsAPeer) {
    const auto options = parse<PeerOptions>({"peer", "8027", "DESKTOP-3T:8025"});
    EXPECT_EQ(options.port, 8027);
    EXPECT_THAT(options.neighbours, ElementsAre(Endpoint{"DESKTOP-3T", 8025}));
}

TEST(CommandLine, APeerNeedsNothing) {
    const auto options = parse<PeerOptions>({"peer"});
    EXPECT_EQ(options.port, 8025);
    EXPECT_THAT(options.shares, IsEmpty());
    EXPECT_EQ(options.downloads, ".");
    EXPECT_EQ(options.state, "/state");
    EXPECT_FALSE(options.verbose);
}

TEST(CommandLine, APeerTakesAllItsOptionsInAnyOrder) {
    const auto options = parse<PeerOptions>({"peer", "--share", "a", "a.example:1", "--verbose", "[2001:db8::1]:2",
                                             "--share=b c", "--downloads", "d", "--state", "s"});
    EXPECT_EQ(options.port, 8025);
    EXPECT_THAT(options.neighbours, ElementsAre(Endpoint{"a.example", 1}, Endpoint{"2001:db8::1", 2}));
    EXPECT_THAT(options.shares, ElementsAre("a", "b c"));
    EXPECT_EQ(options.downloads, "d");
    EXPECT_EQ(options.state, "s");
    EXPECT_TRUE(options.verbose);
}

TEST(CommandLine, PortZeroIsAFreeOne) {
    EXPECT_EQ(parse<PeerOptions>({"peer", "0"}).port, 0);
}

TEST(CommandLine, ASearchJoinsItsWords) {
    const auto options =
        parse<SearchOptions>({"search", "moonlight", "sonata", "-p", "h:1", "--peer", "i:2", "--timeout", "0.25"});
    EXPECT_EQ(options.words, "moonlight sonata");
    EXPECT_THAT(options.peers, ElementsAre(Endpoint{"h", 1}, Endpoint{"i", 2}));
    EXPECT_EQ(options.timeout, 250ms);
    EXPECT_EQ(options.format, Format::text);
    EXPECT_EQ(parse<SearchOptions>({"search", "a", "--peer", "h:1", "--json"}).format, Format::json_lines);
}

TEST(CommandLine, WordsAfterTwoDashesAreNoOptions) {
    EXPECT_EQ(parse<SearchOptions>({"search", "--peer", "h:1", "--", "--json", "-x"}).words, "--json -x");
}

TEST(CommandLine, GetTakesATargetAndAPlace) {
    const auto options = parse<GetOptions>({"get", "a file.txt", "--peer", "h:1", "-o", "-"});
    EXPECT_EQ(std::get<std::string>(options.target), "a file.txt");
    EXPECT_EQ(options.output, "-");
    EXPECT_EQ(parse<GetOptions>({"get", "a", "--peer", "h:1"}).output, std::nullopt);
    EXPECT_EQ(parse<GetOptions>({"get", "a", "--peer", "h:1", "--output", "x/"}).output, "x/");
}

TEST(CommandLine, AMagnetLinkThatNamesASourceNeedsNoPeer) {
    const std::string urn = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";
    EXPECT_THAT(complaint_of({"get", "magnet:?xt=" + urn}), HasSubstr("--peer"));
    EXPECT_THAT(parse<GetOptions>({"get", "magnet:?xt=" + urn + "&xs=http://h:1/uri-res/N2R?" + urn}).peers, IsEmpty());
    EXPECT_THAT(parse<GetOptions>({"get", "magnet:?xt=" + urn + "&as=http://h:1/get/5/a"}).peers, IsEmpty());
}

TEST(CommandLine, ATimeThatIsSaidBoundsTheConnectingToo) {
    EXPECT_EQ(parse<SearchOptions>({"search", "a", "-p", "h:1"}).patience, std::nullopt);
    EXPECT_EQ(parse<SearchOptions>({"search", "a", "-p", "h:1"}).timeout, 5s);
    EXPECT_EQ(parse<SearchOptions>({"search", "a", "-p", "h:1", "-t", "5"}).patience, 5s);
    EXPECT_EQ(parse<GetOptions>({"get", "a", "-p", "h:1", "-t", "0.5"}).patience, 500ms);
    EXPECT_EQ(parse<PingOptions>({"ping", "h:1"}).patience, std::nullopt);
    EXPECT_EQ(parse<PingOptions>({"ping", "h:1", "-t", "2"}).patience, 2s);
}

TEST(CommandLine, BrowseTakesOnePeer) {
    EXPECT_EQ(parse<BrowseOptions>({"browse", "h:1"}).peer, (Endpoint{"h", 1}));
    EXPECT_EQ(parse<BrowseOptions>({"browse", "h:1", "--json"}).format, Format::json_lines);
    EXPECT_THAT(complaint_of({"browse"}), HasSubstr("HOST:PORT"));
    EXPECT_THAT(complaint_of({"browse", "h:1", "h:2"}), HasSubstr("HOST:PORT"));
}

TEST(CommandLine, PingAndHashTakeTheirArguments) {
    EXPECT_EQ(parse<PingOptions>({"ping", "h:1"}).peer, (Endpoint{"h", 1}));
    EXPECT_EQ(parse<PingOptions>({"ping", "h:1", "--json"}).format, Format::json_lines);
    EXPECT_THAT(parse<HashOptions>({"hash", "a", "b"}).files, ElementsAre("a", "b"));
    EXPECT_EQ(parse<HashOptions>({"hash", "a", "--magnet"}).form, HashOptions::Form::magnet);
}

TEST(CommandLine, VerifyTakesAFileAndWhatItShouldBe) {
    const std::string urn = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";
    for (const std::string& target : {urn, "magnet:?xt=" + urn}) {
        const auto options = parse<VerifyOptions>({"verify", "a b", target});
        EXPECT_EQ(options.file, "a b");
        EXPECT_EQ(options.urn.to_string(), urn);
    }
    EXPECT_THAT(complaint_of({"verify", "a"}), HasSubstr("FILE URN"));
    EXPECT_THAT(complaint_of({"verify", "a", "b"}), HasSubstr("b is no URN"));
    EXPECT_THAT(complaint_of({"verify", "a", urn, "c"}), HasSubstr("FILE URN"));
}

TEST(CommandLine, TheConfigurationFileSpeaksWhereTheCommandLineIsSilent) {
    const test::ScratchFolder scratch;
    const UserFolders folders{
        "/home/x", scratch.write("gnut.conf", "port=9\nshare=/c\npeer=c:1\ntimeout=9\nverbose=1\nstate=/cs\n"),
        "/state"};

    const auto from_file = parse<PeerOptions>({"peer"}, folders);
    EXPECT_EQ(from_file.port, 9);
    EXPECT_THAT(from_file.shares, ElementsAre("/c"));
    EXPECT_THAT(from_file.neighbours, ElementsAre(Endpoint{"c", 1}));
    EXPECT_EQ(from_file.state, "/cs");
    EXPECT_TRUE(from_file.verbose);
    EXPECT_EQ(parse<SearchOptions>({"search", "a"}, folders).timeout, 9s);

    const auto given = parse<PeerOptions>({"peer", "1", "l:2", "--share", "s", "--state", "t"}, folders);
    EXPECT_EQ(given.port, 1);
    EXPECT_THAT(given.shares, ElementsAre("s"));
    EXPECT_THAT(given.neighbours, ElementsAre(Endpoint{"l", 2}));
    EXPECT_EQ(given.state, "t");
}

TEST(CommandLine, HelpFitsATerminalOfEightyColumns) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                      {"peer", "--help"},
                                                      {"search", "--help"},
                                                      {"get", "--help"},
                                                      {"browse", "--help"},
                                                      {"ping", "--help"},
                                                      {"hash", "--help"},
                                                      {"verify", "--help"}}) {
        std::istringstream text(parse<TextWanted>(arguments, {}).text);
        for (std::string line; std::getline(text, line);) {
            EXPECT_LE(line.size(), 80U) << line;
        }
    }
}

TEST(CommandLine, HelpIsGivenEvenWithABrokenConfigurationFile) {
    const test::ScratchFolder scratch;
    const UserFolders folders{"/home/x", scratch.write("gnut.conf", "nonsense=1\n"), ""};
    for (const std::string command : {"peer", "search", "get", "browse", "ping", "hash", "verify"}) {
        EXPECT_THAT(parse<TextWanted>({command, "--help"}, folders).text, HasSubstr("gnut " + command));
    }
    EXPECT_THAT(parse<TextWanted>({"--help"}, folders).text, HasSubstr("gnut search"));
    EXPECT_THAT(parse<TextWanted>({"--version"}, folders).text, testing::MatchesRegex("gnut [0-9.]+\n"));
    EXPECT_THROW(parse_command_line(std::vector<std::string>{"peer"}, folders), UsageError);
}

TEST(CommandLine, TransfersAreUnlimitedAndPreferQuicUnlessToldOtherwise) {
    using gnutella::Transport;
    const TransferOptions silent = parse<PeerOptions>({"peer"}).transfers;
    EXPECT_EQ(silent.upload_limit, 0U);
    EXPECT_EQ(silent.download_limit, 0U);
    EXPECT_THAT(silent.transports, ElementsAre(Transport::quic, Transport::http));

    const TransferOptions peer =
        parse<PeerOptions>({"peer", "--upload-limit", "1.5k", "--download-limit=2G", "--transport", "quic"}).transfers;
    EXPECT_EQ(peer.upload_limit, 1'500U);
    EXPECT_EQ(peer.download_limit, 2'000'000'000U);
    EXPECT_THAT(peer.transports, ElementsAre(Transport::quic));

    const TransferOptions get =
        parse<GetOptions>({"get", "a", "-p", "h:1", "--download-limit", "700", "--transport=http"}).transfers;
    EXPECT_EQ(get.download_limit, 700U);
    EXPECT_THAT(get.transports, ElementsAre(Transport::http));
}

TEST(CommandLine, BothDialectsAreSpokenUnlessToldOtherwise) {
    using gnutella::Dialect;
    EXPECT_THAT(parse<PeerOptions>({"peer"}).dialects, ElementsAre(Dialect::json, Dialect::gnutella));
    EXPECT_THAT(parse<PeerOptions>({"peer", "--dialect", "gnutella"}).dialects, ElementsAre(Dialect::gnutella));
    EXPECT_THAT(parse<SearchOptions>({"search", "a", "-p", "h:1", "--dialect=json"}).dialects,
                ElementsAre(Dialect::json));
    EXPECT_THAT(parse<GetOptions>({"get", "a", "-p", "h:1", "--dialect=auto"}).dialects,
                ElementsAre(Dialect::json, Dialect::gnutella));
    EXPECT_THAT(parse<PingOptions>({"ping", "h:1", "--dialect", "gnutella"}).dialects, ElementsAre(Dialect::gnutella));
    EXPECT_THAT(complaint_of({"ping", "h:1", "--dialect", "g2"}), HasSubstr("json, gnutella, or auto"));
}

TEST(CommandLine, APeerIsAnUltrapeerUnlessItIsToBeALeaf) {
    EXPECT_EQ(parse<PeerOptions>({"peer"}).role, gnutella::Role::ultrapeer);
    EXPECT_EQ(parse<PeerOptions>({"peer", "--role", "leaf"}).role, gnutella::Role::leaf);
    EXPECT_EQ(parse<PeerOptions>({"peer", "--role=ultrapeer"}).role, gnutella::Role::ultrapeer);
    EXPECT_THAT(complaint_of({"peer", "--role", "hub"}), HasSubstr("leaf or ultrapeer"));
}

TEST(CommandLine, ARateIsANumberOfBytesThatMayHaveAUnit) {
    for (const std::string bad : {"M", "-1", "1m", "1MB", "1 M", "nan", "inf", "1e300", "2e6G"}) {
        EXPECT_THAT(complaint_of({"peer", "--download-limit=" + bad}), HasSubstr("500k")) << bad;
    }
    EXPECT_THAT(complaint_of({"get", "a", "-p", "h:1", "--transport", "udp"}), HasSubstr("quic, http, or auto"));
}

TEST(CommandLine, AMistakeIsNamed) {
    EXPECT_THAT(complaint_of({}), HasSubstr("gnut --help"));
    EXPECT_THAT(complaint_of({"serach"}), HasSubstr("'serach' is no command"));
    EXPECT_THAT(complaint_of({"peer", "65536"}), HasSubstr("'65536'"));
    EXPECT_THAT(complaint_of({"peer", "8025", "8027"}), HasSubstr("'8027' is no peer"));
    for (const std::string no_peer : {"seventy", "localhost", "2001:db8::1", "[::1]", ":8025", "h:", "h:x"}) {
        EXPECT_THAT(complaint_of({"peer", no_peer}), HasSubstr("'" + no_peer + "' is no peer")) << no_peer;
    }
    EXPECT_THAT(complaint_of({"peer", "h:0"}), HasSubstr("'h:0'"));
    EXPECT_THAT(complaint_of({"peer", "--share"}), HasSubstr("--share"));
    EXPECT_THAT(complaint_of({"peer", "--share="}), HasSubstr("--share"));
    EXPECT_THAT(complaint_of({"peer", "--shar", "x"}), HasSubstr("--shar"));
    EXPECT_THAT(complaint_of({"peer", "--json"}), HasSubstr("see gnut peer --help"));
    EXPECT_THAT(complaint_of({"search", "--peer", "h:1"}), HasSubstr("nothing to search for"));
    EXPECT_THAT(complaint_of({"search", " ", "--peer", "h:1"}), HasSubstr("nothing to search for"));
    EXPECT_THAT(complaint_of({"search", "a"}), HasSubstr("--peer"));
    EXPECT_THAT(complaint_of({"get", "--peer", "h:1"}), HasSubstr("nothing to get"));
    EXPECT_THAT(complaint_of({"get", "a", "b", "--peer", "h:1"}), HasSubstr("quotes"));
    EXPECT_THAT(complaint_of({"get", "a", "--peer", "h:1", "-o", ""}), HasSubstr("-o"));
    EXPECT_THAT(complaint_of({"ping"}), HasSubstr("HOST:PORT"));
    EXPECT_THAT(complaint_of({"hash"}), HasSubstr("at least one file"));
}

TEST(CommandLine, ATimeIsPositiveAndFinite) {
    for (const std::string bad : {"0", "-1", "nan", "inf", "1e9", "5s", ""}) {
        EXPECT_NE(complaint_of({"search", "a", "--peer", "h:1", "--timeout=" + bad}), "") << bad;
    }
}

TEST(CommandLine, AMistakeIsShownPrintably) {
    EXPECT_THAT(complaint_of({"\x1B[2J"}), HasSubstr("\\x1B[2J"));
}

}  // namespace
}  // namespace gnut
