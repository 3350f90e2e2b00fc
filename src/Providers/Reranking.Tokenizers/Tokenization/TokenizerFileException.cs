namespace Reranking.Tokenizers;

/// <summary>The error of a <c>tokenizer.json</c> that is missing or damaged, or that has what is not supported.</summary>
/// <remarks>The message names the file, what was found in it and what was expected. It holds nothing of a text.</remarks>
public sealed class TokenizerFileException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="TokenizerFileException"/> class.</summary>
    public TokenizerFileException()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="TokenizerFileException"/> class.</summary>
    /// <param name="message">What is wrong with which file.</param>
    public TokenizerFileException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance of the <see cref="TokenizerFileException"/> class.</summary>
    /// <param name="message">What is wrong with which file.</param>
    /// <param name="innerException">What was thrown when it was read.</param>
    public TokenizerFileException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
