using Microsoft.SemanticKernel;

namespace Reranking.SemanticKernel.FunctionFilters;

/// <summary>An argument that has another value for one call.</summary>
internal readonly struct ArgumentOverride
{
    private readonly KernelArguments _arguments;
    private readonly string _name;
    private readonly bool _wasGiven;
    private readonly object? _value;

    public ArgumentOverride(KernelArguments arguments, string name, object value)
    {
        _arguments = arguments;
        _name = name;
        _wasGiven = arguments.TryGetValue(name, out _value);
        arguments[name] = value;
    }

    public void Undo()
    {
        if (_wasGiven)
        {
            _arguments[_name] = _value;
        }
        else
        {
            _arguments.Remove(_name);
        }
    }
}
