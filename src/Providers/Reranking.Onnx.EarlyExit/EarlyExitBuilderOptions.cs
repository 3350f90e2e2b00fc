using System.Globalization;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.EarlyExit;

/// <summary>What <see cref="EarlyExitBuilder"/> builds, and how thoroughly.</summary>
public sealed class EarlyExitBuilderOptions
{
    /// <summary>Gets or sets the folder of the cross-encoder, or its ONNX file. The result is written beside the ONNX file.</summary>
    /// <value>A path.</value>
    public required string ModelPath { get; set; }

    /// <summary>Gets or sets the ONNX file within the folder.</summary>
    /// <value>A relative path. The default is <see langword="null"/>: the usual or only one.</value>
    public string? ModelFile { get; set; }

    /// <summary>Gets or sets the layers after which documents may leave.</summary>
    /// <value>Rising numbers from 1. The default is <see langword="null"/>: after a sixth and after five twelfths of the layers.</value>
    public IReadOnlyList<int>? ExitLayers { get; set; }

    /// <summary>Gets or sets how many documents are wanted of 100 where the model will be used: the plan is chosen for that many.</summary>
    /// <value>
    /// From 1 to 50. The default is 10. A request that wants fewer keeps fewer and one that wants more keeps more, starting from this number; the closer it is
    /// to what is asked for, the less has to be guessed.
    /// </value>
    public int TopN { get; set; } = 10;

    /// <summary>
    /// Gets or sets which share of the <see cref="TopN"/> best documents of the full pass may be lost, over queries that nothing is fitted to.
    /// </summary>
    /// <value>From 0 to 0.5. The default is 0.02.</value>
    public double MaxLoss { get; set; } = 0.02;

    /// <summary>Gets or sets how many pairs of query and passage are scored at most, those for the choice of the plan not included.</summary>
    /// <value>From 100. The default is 4,000, which was measured to give most of what 53,000 do; more diverse texts help more than more of the same.</value>
    public int MaxPairs { get; set; } = 4_000;

    /// <summary>Gets or sets how many queries are held out for the choice of the plan at most.</summary>
    /// <value>From 5 to 1,000. The default is 40. A fifth of the queries is held out if there are few.</value>
    public int MaxHeldOutQueries { get; set; } = 40;

    /// <summary>Gets or sets the file that an interrupted build goes on from.</summary>
    /// <value>
    /// A path, or <see langword="null"/> for none, which is the default. It takes 30 MB for each exit of a model with 384 numbers a token, holds sums
    /// and no texts, and is deleted in the end.
    /// </value>
    public string? CheckpointFile { get; set; }

    /// <summary>Gets or sets how many pairs are scored at once.</summary>
    /// <value>From 1. The default is <see langword="null"/>: the number of processors.</value>
    public int? MaxConcurrency { get; set; }

    internal void ThrowIfInvalid(string paramName)
    {
        string? problem =
            string.IsNullOrWhiteSpace(ModelPath) ? $"{nameof(ModelPath)} is blank; expected the folder of a cross-encoder."
            : MaxLoss is not (>= 0 and <= 0.5) ? string.Create(CultureInfo.InvariantCulture, $"{nameof(MaxLoss)} is {MaxLoss}; expected 0 to 0.5.")
            : TopN is < 1 or > EarlyExitStep.UsualCount / 2 ? $"{nameof(TopN)} is {TopN}; expected 1 to {EarlyExitStep.UsualCount / 2}."
            : MaxPairs < 100 ? $"{nameof(MaxPairs)} is {MaxPairs}; expected 100 or more."
            : MaxHeldOutQueries is < 5 or > 1_000 ? $"{nameof(MaxHeldOutQueries)} is {MaxHeldOutQueries}; expected 5 to 1000."
            : MaxConcurrency < 1 ? $"{nameof(MaxConcurrency)} is {MaxConcurrency}; expected 1 or more, or none."
            : null;
        if (problem is not null)
        {
            throw new ArgumentException(problem, paramName);
        }
    }
}
