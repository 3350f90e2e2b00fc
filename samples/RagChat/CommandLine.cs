namespace RagChat;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Question">The question, or nothing for a chat.</param>
/// <param name="IsComparison">Whether all questions of the help center are asked, without and with reranking.</param>
/// <param name="IsHelp">Whether only the usage is shown.</param>
/// <param name="Settings">Settings that override those of appsettings.json.</param>
internal sealed record CommandLine(string Question, bool IsComparison, bool IsHelp, string[] Settings)
{
    public const string Usage = """
        dotnet run                                          a chat, which begins with a question; /rerank on|off, /why N, /history, /quit
        dotnet run -- "Why is our workspace read-only?"     one question
        dotnet run -- --docs FOLDER                         a chat over your own Markdown and text files (.md, .markdown, .txt)
        dotnet run -- --docs FOLDER "question"              one question about them
        dotnet run -- --compare                             40 questions, without and with reranking
        Any setting of appsettings.json may follow, such as --Reranking:TopN=3
        """;

    private const string Docs = "--docs";
    private const string Compare = "--compare";
    private const string Help = "--help";

    /// <summary>Reads it.</summary>
    /// <param name="args">The arguments.</param>
    /// <exception cref="ArgumentException">An option is unknown, lacks its value, or contradicts another one.</exception>
    public static CommandLine Read(string[] args)
    {
        List<string> settings = [];
        List<string> words = [];
        bool isComparison = false;
        bool isHelp = false;
        string? folder = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case Docs:
                    folder = ++i < args.Length && !args[i].StartsWith('-') ? args[i] : throw NoFolder();
                    break;
                case string option when option.StartsWith($"{Docs}=", StringComparison.Ordinal):
                    folder = option.Length > Docs.Length + 1 ? option[(Docs.Length + 1)..] : throw NoFolder();
                    break;
                case Compare:
                    isComparison = true;
                    break;
                case Help or "-h":
                    isHelp = true;
                    break;
                case ['-', '-', ..] and string option:
                    settings.Add(IsSetting(option) ? option : throw new ArgumentException(
                        $"'{option}' is not an option; expected {Docs} FOLDER, {Compare}, {Help}, or a setting such as --Reranking:TopN=3."));
                    break;
                case string word:
                    words.Add(word);
                    break;
            }
        }

        if (folder is not null)
        {
            if (isComparison)
            {
                throw new ArgumentException(
                    $"{Compare} asks the questions of the help center, which your documents do not answer; expected {Docs} or {Compare}. "
                        + "To measure your own documents: rerank eval make FOLDER, then rerank eval.");
            }

            settings.Add($"--Retrieval:Documents={Path.GetFullPath(folder)}");
        }

        return new CommandLine(string.Join(' ', words), isComparison, isHelp, [.. settings]);
    }

    private static ArgumentException NoFolder() => new($"{Docs} has no folder; expected one with Markdown or text files.");

    // Each setting is in a section.
    private static bool IsSetting(string option) => option.IndexOf(':') is >= 0 and int colon && option.IndexOf('=') > colon;
}
