namespace Reranking.Tool;

/// <summary>How a command ended; documented, and stable.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Something failed; one line on standard error says what, and which setting to change.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>What was asked for was measured and is not the case, such as a gain.</summary>
    public const int CheckFailed = 3;

    /// <summary>Ctrl+C; what was done is kept.</summary>
    public const int Canceled = 130;
}
