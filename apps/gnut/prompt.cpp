#include "prompt.hpp"

#include "printable.hpp"
#include "terminal.hpp"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cwchar>
#include <stdexcept>
#include <utility>

namespace gnut {

namespace asio = boost::asio;

namespace {

/// Ctrl+D on an empty line: libedit gives the key itself, when it gives keys one by one.
constexpr std::string_view end_of_input = "\x04";

constexpr int history_size = 1000;
/// The keys of one escape sequence come together. A lone Escape must not hold up the node until the next key.
constexpr int key_timeout_ms = 50;

}  // namespace

/// What libedit knows and is told; its callbacks find it as their client data.
struct Prompt::Editor {
    explicit Editor(std::filesystem::path history_path);
    ~Editor();
    Editor(const Editor&) = delete;
    Editor& operator=(const Editor&) = delete;

    static Editor& of(EditLine* line);
    static char* question_of(EditLine* line);
    static int read_key(EditLine* line, wchar_t* key);
    static unsigned char complete(EditLine* line, int key);

    void begin_line();
    void end_line();
    /// Handles one key. A whole line, an empty optional (the end), or nothing yet.
    enum class Step { typing, line, end };
    Step handle_key(std::string& result);
    /// What has been typed of the line.
    std::wstring text() const;
    void replace_text(const std::wstring& text) const;
    void erase_from_screen() const;
    void remember(const std::string& typed) const;

    EditLine* line = nullptr;
    History* history = nullptr;
    std::filesystem::path history_file;
    std::string question;
    Keeping keeping = Keeping::history;
    Completer completer = complete_command;
    std::wstring set_aside;
    /// What the next line begins with.
    std::wstring beginning;
    std::mbstate_t partial_key{};
    /// A command of libedit waited for a key that did not come.
    bool starved = false;
    /// There is no terminal any more.
    bool hung_up = false;
    bool editing = false;
};

Prompt::Editor::Editor(std::filesystem::path history_path)
    : line(el_init("gnut", stdin, stdout, stderr)), history(history_init()), history_file(std::move(history_path)) {
    if (line == nullptr || history == nullptr) {
        throw std::runtime_error("the terminal cannot be used to edit lines");
    }
    HistEvent event{};
    ::history(history, &event, H_SETSIZE, history_size);
    ::history(history, &event, H_SETUNIQUE, 1);
    if (!history_file.empty()) {
        ::history(history, &event, H_LOAD, history_file.c_str());
    }
    el_set(line, EL_CLIENTDATA, this);
    el_set(line, EL_PROMPT, &Editor::question_of);
    el_set(line, EL_EDITOR, "emacs");
    el_set(line, EL_SIGNAL, 0);  // Ctrl+C and Ctrl+Z are the node's
    el_set(line, EL_HIST, &::history, history);
    el_set(line, EL_GETCFN, &Editor::read_key);
    el_set(line, EL_ADDFN, "gnut-complete", "complete", &Editor::complete);
    el_set(line, EL_BIND, "^I", "gnut-complete", nullptr);
    // What libedit has for these would wait for further keys, and the node with it.
    el_set(line, EL_BIND, "^R", "ed-search-prev-history", nullptr);
    el_set(line, EL_BIND, "-r", "^V", nullptr);
    el_set(line, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
    el_source(line, nullptr);  // the user's own ~/.editrc
}

Prompt::Editor::~Editor() {
    if (line != nullptr) {
        end_line();
        el_end(line);
    }
    if (history != nullptr) {
        history_end(history);
    }
}

Prompt::Editor& Prompt::Editor::of(EditLine* line) {
    void* data = nullptr;
    el_get(line, EL_CLIENTDATA, &data);
    return *static_cast<Editor*>(data);
}

char* Prompt::Editor::question_of(EditLine* line) {
    return of(line).question.data();
}

int Prompt::Editor::read_key(EditLine* line, wchar_t* key) {
    Editor& editor = of(line);
    while (true) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, key_timeout_ms) <= 0) {
            editor.starved = true;
            return -1;  // libedit drops the unfinished sequence, or the command that asks for a key, and returns
        }
        char byte = 0;
        const ssize_t length = ::read(STDIN_FILENO, &byte, 1);
        if (length <= 0) {
            editor.hung_up = length == 0 || errno == EIO;
            return -1;
        }
        // NOLINTNEXTLINE(concurrency-mt-unsafe): its state is this editor's own
        const std::size_t used = std::mbrtowc(key, &byte, 1, &editor.partial_key);
        if (used == static_cast<std::size_t>(-1)) {
            editor.partial_key = {};  // not a character in this locale: passed over
        } else if (used != static_cast<std::size_t>(-2)) {
            return 1;
        }
    }
}

unsigned char Prompt::Editor::complete(EditLine* line, int /*key*/) {
    Editor& editor = of(line);
    const LineInfo* info = el_line(line);
    const auto typed = std::string_view(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
    const LineCompletion completion = editor.completer ? editor.completer(typed) : LineCompletion{};
    if (!completion.insert.empty()) {
        el_insertstr(line, completion.insert.c_str());
        return CC_REFRESH;
    }
    if (completion.candidates.empty()) {
        return CC_ERROR;
    }
    std::fputc('\n', stdout);
    for (const std::string& candidate : completion.candidates) {
        std::fprintf(stdout, "%s  ", printable(candidate).c_str());
    }
    std::fputc('\n', stdout);
    std::fflush(stdout);
    return CC_REDISPLAY;
}

void Prompt::Editor::begin_line() {
    if (editing) {
        return;
    }
    editing = true;
    el_set(line, EL_UNBUFFERED, 1);  // draws the question, and gives keys one by one
    if (!beginning.empty()) {
        erase_from_screen();
        replace_text(std::exchange(beginning, {}));
        el_set(line, EL_REFRESH);
    }
}

void Prompt::Editor::end_line() {
    if (editing) {
        editing = false;
        el_set(line, EL_UNBUFFERED, 0);
    }
}

Prompt::Editor::Step Prompt::Editor::handle_key(std::string& result) {
    const std::wstring before = text();
    int length = 0;
    starved = false;
    const char* given = el_gets(line, &length);
    if (hung_up) {
        return Step::end;
    }
    if (starved && text() != before) {
        // A command that got no key took that for the end of all input: it went down by a row, and left in the line
        // what says so, or its own question.
        replace_text(before);
        std::fputc('\r', stdout);
        el_set(line, EL_REFRESH);
        return Step::typing;
    }
    if (given == nullptr || length <= 0) {
        return Step::typing;  // a key that leaves the line empty
    }
    const std::string_view typed(given, static_cast<std::size_t>(length));
    if (typed == end_of_input) {
        return Step::end;
    }
    if (typed.back() != '\n' && typed.back() != '\r') {
        return Step::typing;
    }
    result = typed.substr(0, typed.size() - 1);
    end_line();
    return Step::line;
}

std::wstring Prompt::Editor::text() const {
    const LineInfoW* info = el_wline(line);
    return {info->buffer, info->lastchar};
}

void Prompt::Editor::replace_text(const std::wstring& text) const {
    const LineInfoW* info = el_wline(line);
    el_cursor(line, static_cast<int>(info->lastchar - info->cursor));
    el_deletestr(line, static_cast<int>(info->lastchar - info->buffer));
    el_winsertstr(line, text.c_str());
}

void Prompt::Editor::erase_from_screen() const {
    // What stands before the cursor may have wrapped over several rows.
    const LineInfoW* info = el_wline(line);
    const int typed = ::wcswidth(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
    const std::size_t before = question.size() + static_cast<std::size_t>(typed > 0 ? typed : 0);
    const std::size_t rows = before / terminal_columns(STDOUT_FILENO);
    if (rows > 0) {
        std::fprintf(stdout, "\033[%zuA", rows);
    }
    std::fputs("\r\033[J", stdout);
    std::fflush(stdout);
}

void Prompt::Editor::remember(const std::string& typed) const {
    if (keeping == Keeping::nothing || typed.find_first_not_of(" \t") == std::string::npos) {
        return;
    }
    HistEvent event{};
    ::history(history, &event, H_ENTER, typed.c_str());
    if (!history_file.empty()) {
        ::history(history, &event, H_SAVE, history_file.c_str());
    }
}

Prompt::Prompt(const asio::any_io_executor& executor, std::filesystem::path history_file)
    : editor_(std::make_unique<Editor>(std::move(history_file))),
      input_(executor, STDIN_FILENO, SharedStream::For::reading),
      output_(executor, STDOUT_FILENO, SharedStream::For::writing),
      window_changes_(executor, SIGWINCH) {
    follow_window_size();
}

Prompt::~Prompt() = default;

awaitable<std::optional<std::string>> Prompt::next() {
    editor_->begin_line();
    while (true) {
        if (!co_await input_.ready()) {
            co_return std::nullopt;
        }
        // A key is shown as it is read, which a stopped terminal (Ctrl+S) does not do.
        if (!co_await output_.ready()) {
            co_return std::nullopt;
        }
        std::string line;
        const Editor::Step step = editor_->handle_key(line);
        if (step == Editor::Step::end) {
            editor_->end_line();
            std::fputc('\n', stdout);  // behind the ^D that libedit has written
            std::fflush(stdout);
            co_return std::nullopt;
        }
        if (step == Editor::Step::line) {
            editor_->remember(line);
            co_return line;
        }
    }
}

void Prompt::ask(std::string question) {
    const bool was_editing = editor_->editing;
    if (was_editing) {
        hide();
        editor_->end_line();
    }
    editor_->question = std::move(question);
    if (was_editing) {
        editor_->begin_line();
    }
}

void Prompt::set_aside() {
    editor_->set_aside = editor_->editing ? editor_->text() : std::wstring();
}

void Prompt::give_back() {
    editor_->beginning = std::exchange(editor_->set_aside, {});
}

void Prompt::hide() {
    if (editor_->editing) {
        editor_->erase_from_screen();
    }
}

void Prompt::show() {
    if (editor_->editing) {
        el_set(editor_->line, EL_REFRESH);
    }
}

void Prompt::set_mode(Keeping keeping, Completer completer) {
    editor_->keeping = keeping;
    editor_->completer = std::move(completer);
}

void Prompt::restore_terminal() {
    hide();
    editor_->end_line();
}

void Prompt::follow_window_size() {
    window_changes_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) {
            hide();
            el_resize(editor_->line);
            show();
            follow_window_size();
        }
    });
}

}  // namespace gnut
