#include "destination.hpp"

#include "scratch_folder.hpp"

#include <gtest/gtest.h>

namespace gnut {
namespace {

using Kind = Destination::Kind;

TEST(Destination, IsTheCurrentFolderWhenNothingIsSaid) {
    const auto where = destination_of({});
    EXPECT_EQ(where.kind, Kind::folder);
    EXPECT_EQ(where.folder, ".");
}

TEST(Destination, ADashIsStandardOutput) {
    EXPECT_EQ(destination_of("-").kind, Kind::standard_output);
    EXPECT_EQ(destination_of("./-").kind, Kind::file);
}

TEST(Destination, AFolderIsOneThatIsThereOrEndsInASlash) {
    const test::ScratchFolder scratch;
    EXPECT_EQ(destination_of(scratch.path().string()).kind, Kind::folder);
    EXPECT_EQ(destination_of("not/there/").kind, Kind::folder);
    EXPECT_EQ(destination_of("not/there/").folder, "not/there/");
    EXPECT_EQ(destination_of("..").kind, Kind::folder);
}

TEST(Destination, IsFreeWhereNothingIs) {
    const test::ScratchFolder scratch;
    EXPECT_EQ(check_free(scratch.path() / "a.txt"), gnutella::error_code());
    EXPECT_EQ(check_free("not/there/a.txt"), gnutella::error_code());
    EXPECT_EQ(check_free(scratch.write("a.txt", "a")), gnutella::Error::file_exists);
}

TEST(Destination, AnythingElseIsAFilesName) {
    const auto here = destination_of("a.txt");
    EXPECT_EQ(here.kind, Kind::file);
    EXPECT_EQ(here.folder, ".");
    EXPECT_EQ(here.name, "a.txt");
    const auto there = destination_of("/some/where/a.txt");
    EXPECT_EQ(there.folder, "/some/where");
    EXPECT_EQ(there.name, "a.txt");
}

}  // namespace
}  // namespace gnut
