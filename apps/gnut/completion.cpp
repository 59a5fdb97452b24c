#include "completion.hpp"

#include "printable.hpp"
#include "shell_words.hpp"

#include <algorithm>
#include <filesystem>

namespace gnut {

namespace {

/// What all candidates begin with.
std::string common_beginning(const std::vector<std::string>& candidates) {
    std::string common = candidates.front();
    for (const std::string& candidate : candidates) {
        common.erase(std::ranges::mismatch(common, candidate).in1, common.end());
    }
    return common;
}

/// @param ending what follows a name that is the only one.
LineCompletion complete_from(std::string_view typed, std::vector<std::string> names, std::string_view ending) {
    std::erase_if(names, [typed](const std::string& name) { return !name.starts_with(typed); });
    if (names.empty()) {
        return {};
    }
    LineCompletion completion;
    completion.insert = common_beginning(names).substr(typed.size());
    if (names.size() == 1) {
        completion.insert += ending;
    } else {
        std::ranges::sort(names);
        completion.candidates = std::move(names);
    }
    return completion;
}

}  // namespace

LineCompletion complete_command(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) {
        return line.substr(0, space) == "share" ? complete_folder(line.substr(space + 1)) : LineCompletion{};
    }
    std::vector<std::string> names;
    names.reserve(std::size(shell_words));
    for (const ShellWord& word : shell_words) {
        names.emplace_back(word.name);
    }
    return complete_from(line, std::move(names), " ");
}

LineCompletion complete_folder(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    const std::string_view above = slash == std::string_view::npos ? "" : path.substr(0, slash + 1);
    const std::string_view typed = path.substr(above.size());
    std::vector<std::string> names;
    std::error_code unreadable;
    for (std::filesystem::directory_iterator entry(above.empty() ? "." : above, unreadable), end;
         !unreadable && entry != end; entry.increment(unreadable)) {
        std::error_code gone;
        std::string name = entry->path().filename().string();
        const bool hidden = name.starts_with('.') && !typed.starts_with('.');
        // A name that cannot be shown as it is can drive the terminal, and is not put into the line either.
        const bool plain = printable(name) == name;
        if (!hidden && plain && entry->is_directory(gone)) {
            names.push_back(std::move(name));
        }
    }
    return complete_from(typed, std::move(names), "/");
}

}  // namespace gnut
