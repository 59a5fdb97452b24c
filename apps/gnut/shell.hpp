#pragma once

#include "awaiting.hpp"
#include "console.hpp"
#include "found_file.hpp"

#include <gnutella/peer.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gnut {

/// The commands that a running node takes, a line each: shell_words.hpp.
class Shell {
  public:
    /// @param downloads where fetched files go.
    /// @param quit is called by the command of that name.
    Shell(gnutella::Peer& peer, Console& console, std::filesystem::path downloads, std::function<void()> quit)
        : peer_(peer), console_(console), downloads_(std::move(downloads)), quit_(std::move(quit)) {}

    /// Does what a line says, and completes when that is done.
    awaitable<void> execute(std::string line);

    /// The seed's way of asking: finds the file of exactly this name, fetches it, and prints it when it is a short
    /// text.
    awaitable<void> fetch_and_show(std::string name);

    /// Tells of the end of each download that an earlier run of this node has begun. @return how many there are.
    std::size_t follow_remembered_downloads();

  private:
    awaitable<void> search(std::string words);
    awaitable<void> get(std::string what);
    awaitable<void> connect(std::string where);
    awaitable<void> share(std::string folder);
    awaitable<void> list_peers();
    awaitable<void> list_files();
    void list_downloads();
    void change_download(std::string_view command, std::string_view number);
    awaitable<void> show_statistics();
    void help();

    awaitable<bool> has_neighbours();
    /// Opens sessions with the peers that a link names, so that they can be asked what it does not say.
    awaitable<void> join_peers_of(gnutella::Magnet magnet);
    /// Finds one file, or lists those that it could be and gives nothing.
    awaitable<std::optional<FoundFile>> find(Target target);
    /// @param name empty: the one that its first source gives it.
    awaitable<std::optional<gnutella::DownloadedFile>> fetch(FoundFile file, std::string name);
    awaitable<std::optional<gnutella::DownloadedFile>> tell_end(gnutella::Download download);
    void tell(const gnutella::DownloadProgress& progress, const gnutella::error_code& error,
              const gnutella::DownloadedFile& arrived);

    gnutella::Peer& peer_;
    Console& console_;
    std::filesystem::path downloads_;
    std::function<void()> quit_;
    /// Ends the search that goes on, if any, and its hold on the list.
    void begin_list();

    /// The downloads whose end is told: several commands may wait for one.
    std::set<std::uint64_t> followed_;
    std::optional<gnutella::Query> search_;
    gnutella::Query search_for_sources_;  // the last one for a file to be fetched
    /// Which list stands in `listed_`: a search that has lost it to another command must not add to it.
    std::uint64_t list_number_ = 0;
    /// What `get N` means.
    std::vector<FoundFile> listed_;
};

}  // namespace gnut
