using Spectre.Console;

namespace Reranking.Tool.Labeling;

/// <summary>Where the keys of a person come from.</summary>
internal interface IKeySource
{
    /// <summary>Waits for the next key.</summary>
    /// <returns>The character, or <see langword="null"/> if there will be none.</returns>
    Task<char?> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>The keyboard of a terminal: a key counts at once, without Enter.</summary>
/// <param name="console">The terminal.</param>
internal sealed class ConsoleKeySource(IAnsiConsole console) : IKeySource
{
    public async Task<char?> ReadAsync(CancellationToken cancellationToken)
    {
        ConsoleKeyInfo? key = await console.Input.ReadKeyAsync(intercept: true, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return key?.KeyChar;
    }
}

/// <summary>A text of keys, such as standard input that is not a keyboard; white space in it does not count.</summary>
/// <param name="reader">The text.</param>
internal sealed class ReaderKeySource(TextReader reader) : IKeySource
{
    private readonly char[] _next = new char[1];

    public async Task<char?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(_next.AsMemory(), cancellationToken).ConfigureAwait(false) > 0)
        {
            if (!char.IsWhiteSpace(_next[0]))
            {
                return _next[0];
            }
        }

        return null;
    }
}
