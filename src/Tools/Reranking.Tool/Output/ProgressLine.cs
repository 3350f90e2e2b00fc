using System.Diagnostics;
using System.Globalization;

namespace Reranking.Tool.Output;

/// <summary>Shows how far a command is: a line that is written over on a terminal, and a quiet line now and then elsewhere.</summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="unit">What is counted, in the plural.</param>
/// <param name="total">How many there are, or <see langword="null"/> if it is not known.</param>
internal sealed class ProgressLine(Terminal terminal, string unit, long? total) : IDisposable
{
    private const int BarWidth = 24;

    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(30);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly object _lock = new();
    private TimeSpan _next = terminal.IsInteractive ? TimeSpan.Zero : Elsewhere;
    private long _before;
    private bool _isShown;

    /// <summary>Gets or sets how many were done before this run; they say nothing about its rate.</summary>
    public long AlreadyDone { get; set; }

    public void Report(long done)
    {
        lock (_lock)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
            if (elapsed < _next || done <= _before)
            {
                return;
            }

            _before = done;
            _next = elapsed + (terminal.IsInteractive ? OnTerminal : Elsewhere);
            Write(Describe(done, elapsed));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isShown && terminal.IsInteractive)
            {
                terminal.Notes.Profile.Out.Writer.Write("\r\u001b[K");
            }

            _isShown = false;
        }
    }

    private string Describe(long done, TimeSpan elapsed)
    {
        double rate = (done - AlreadyDone) / Math.Max(elapsed.TotalSeconds, 0.001);
        string counted = Invariant($"{done:N0}{(total is { } all ? Invariant($" of {all:N0}") : "")} {unit}, {rate:N1} a second");
        if (total is not { } count || rate <= 0 || done > count)
        {
            return counted;
        }

        TimeSpan left = TimeSpan.FromSeconds((count - done) / rate);
        string bar = new string('█', (int)(BarWidth * done / Math.Max(count, 1))).PadRight(BarWidth, '░');
        string time = left.TotalHours >= 1 ? Invariant($"{(int)left.TotalHours}:{left:mm\\:ss}") : left.ToString("mm\\:ss", CultureInfo.InvariantCulture);
        return terminal.IsInteractive ? $"{bar} {counted}, {time} left" : $"{counted}, {time} left";
    }

    private void Write(string line)
    {
        TextWriter writer = terminal.Notes.Profile.Out.Writer;
        _isShown = true;
        if (terminal.IsInteractive)
        {
            int width = Math.Max(terminal.Notes.Profile.Width - 1, 20);
            writer.Write($"\r\u001b[K{(line.Length > width ? line[..width] : line)}");
        }
        else
        {
            writer.WriteLine(line);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
